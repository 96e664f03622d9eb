"""What leaves the house: immutable releases and the link that readers follow.

Reads the build file and dbt's manifest, writes below `releases/`. Knows neither Dagster nor the command line.
"""
