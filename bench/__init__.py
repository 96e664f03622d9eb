"""The benchmark: a megacity's records, made in bulk, and what the warehouse takes for them (`make bench`).

Belongs here: making the records (`records.sql`, `sources`), the profile by which they are read (`city`), measuring a process (`measure`), what
is measured (`ingest`, `nights`, `questions`) and the document made of it (`document`). Nothing of the warehouse itself: it is called as an
operator calls it. Nothing here is installed with the package.
"""
