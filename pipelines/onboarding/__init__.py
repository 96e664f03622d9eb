"""Help for a city that brings its own sources: a new profile, drafts of feeds from sample files, dry runs, checks, schemas for editors.

Belongs here: what a person does before the first night. Nothing here writes the data home; what a night does with a profile stands in
`pipelines.landing`. Knows neither Dagster nor the command line.
"""
