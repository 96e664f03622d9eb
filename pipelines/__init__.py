"""城管数仓: source systems of a city-management bureau into DuckDB, every night.

Data flows one way through the packages: `readers` → `landing` (with `feeds` and `quality`) → dbt → `publish`.
`orchestration` and `cli` stand above all of them; nothing else imports Dagster.
"""

__version__ = "0.1.0"
