"""Tells the person on call what is late, missing or failing: once when it begins, again while it lasts, once when it is over.

Belongs here: what an incident is and for how long (`incidents`), what is said of it (`messages`, `lineage`), and how it is sent
(`channels`); `review` is the one way in. What a run of Dagster showed is read in `pipelines.orchestration.review`. Nothing here opens the
build file, since alerts must work when that is held or broken. This module imports nothing.
"""
