"""What is likely to come, and what is unusual now: forecasts of cases, hotspots, and what a squad's hours mean for its load.

Belongs here: arithmetic over counts, in memory, without a database, dbt or Dagster. The models of the dbt project that call it
(`agg_case_forecast`, `agg_hotspot`) hand it relations and take tables back; what it means stands in docs/foresight.md.
"""
