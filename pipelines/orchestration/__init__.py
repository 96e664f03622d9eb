"""The only package that imports Dagster (with `pipelines.definitions`, which assembles what is here).

One Dagster concept per module; what an asset does stands in the packages below (`landing`, `transform`, `publish`), so
that every step can be run and tested without Dagster. This module imports nothing, so that `home` can be used by a
command that must start quickly.
"""
