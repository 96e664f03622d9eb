"""What a BI tool is given of a release: datasets and metrics out of the one dictionary, for Superset a bundle, for others PostgreSQL.

Reads releases and writes nothing into them but what `pipelines.publish.release` asks for. Knows neither Dagster nor the command line.
"""
