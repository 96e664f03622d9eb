"""A data home as a whole: made anew, copied away and back, kept no longer than the rules say, and no larger than it must be.

Belongs here: what is done to a home and not to a batch or a release. It stands above landing, the steward's desk and releases, and below
orchestration, which runs it.
"""
