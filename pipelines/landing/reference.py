"""The city's reference tables into the schema `reference`: its CSV files, its calendar, its own facts.

They are replaced as a whole each night; the city's map is looked at with them, so that a wrong one stops the night at its beginning. A table that the city does not have is the nation's (`national/<country>`, the same for all its
cities) or is there without rows, so that models stand.
"""

import duckdb
import polars as pl

from pipelines.city import City
from pipelines.landing.calendar import calendar, working_hours
from pipelines.landing.geometry import LEVELS, read_map
from pipelines.landing.reference_files import file_of, read_table
from pipelines.landing.reporting import reporting_periods
from pipelines.landing.store import write_connection
from pipelines.settings import Settings

#: {table: {column: DuckDB type}}; the first columns name the row and may not be empty.
TABLES: dict[str, dict[str, str]] = {
    "squads": {"squad_id": "varchar", "name_zh": "varchar", "name_en": "varchar", "kind": "varchar",
               "established_on": "date", "is_illustrative": "boolean"},
    "squad_areas": {"squad_id": "varchar", "street_code": "varchar", "valid_from": "date", "valid_to": "date"},
    "streets": {"street_code": "varchar", "name_zh": "varchar", "name_en": "varchar", "kind": "varchar", "area_km2": "double",
                "population": "bigint", "valid_from": "date", "valid_to": "date", "is_illustrative": "boolean"},
    "grids": {"grid_code": "varchar", "street_code": "varchar", "name_zh": "varchar", "area_m2": "double", "lon": "double",
              "lat": "double", "valid_from": "date", "valid_to": "date", "is_illustrative": "boolean"},
    "event_classes": {"code_scheme": "varchar", "class_code": "varchar", "category": "varchar", "main_code": "varchar",
                      "main_zh": "varchar", "main_en": "varchar", "name_zh": "varchar", "name_en": "varchar"},
    "sla_rules": {"code_scheme": "varchar", "class_code": "varchar", "condition_no": "integer", "sla_class": "varchar",
                  "limit_value": "decimal(8,2)", "limit_unit": "varchar", "valid_from": "date", "valid_to": "date",
                  "is_illustrative": "boolean"},
    "departments": {"unit_code": "varchar", "name_zh": "varchar", "name_en": "varchar", "kind": "varchar",
                    "parent_code": "varchar", "is_bureau": "boolean", "squad_id": "varchar"},
    "power_domains": {"power_domain": "varchar", "name_zh": "varchar", "name_en": "varchar", "is_penalty_category": "boolean"},
    "law_articles": {"law_zh": "varchar", "article": "varchar", "law_en": "varchar", "topic_zh": "varchar", "topic_en": "varchar",
                     "power_domain": "varchar", "valid_from": "date", "valid_to": "date", "strength": "varchar"},
    "law_limits": {"rule_id": "varchar", "check_id": "varchar", "procedure": "varchar", "name_zh": "varchar",
                   "name_en": "varchar", "duty_of": "varchar", "comparison": "varchar", "limit_value": "decimal(12,4)",
                   "limit_unit": "varchar", "valid_from": "date", "valid_to": "date", "article": "varchar",
                   "strength": "varchar"},
    "evaluation_weights": {"object_type": "varchar", "object_id": "varchar", "indicator": "varchar", "weight": "decimal(5,2)",
                           "scale": "varchar", "valid_from": "date", "valid_to": "date", "source": "varchar"},
    "evaluation_bands": {"scale": "varchar", "low": "decimal(12,2)", "high": "decimal(12,2)", "score": "decimal(5,2)",
                         "grade": "varchar", "valid_from": "date", "valid_to": "date", "source": "varchar"},
}  # fmt: skip
GENERATED = ("calendar", "working_hours", "city", "reporting_periods")


def load_reference(settings: Settings, city: City) -> dict[str, int]:
    """Replaces every reference table; gives their row counts.

    Raises ProfileError naming the file, row, column and value that do not fit.
    """
    frames = {name: read_table(file_of(city, name), columns) for name, columns in TABLES.items()}
    for level, key in LEVELS.items():
        read_map(city.reference_dir / f"{level}.geojson", set(frames[level][key]), city.facts.country)
    days = calendar(city)
    generated = {
        "calendar": days, "working_hours": working_hours(city, days), "city": _facts(city),
        "reporting_periods": reporting_periods(city),
    }  # fmt: skip
    counts: dict[str, int] = {}
    with write_connection(settings, city.facts.time_zone) as connection:
        connection.begin()
        for name, frame in frames.items():
            columns = TABLES[name]
            body = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
            connection.execute(f"create or replace table reference.{name} ({body})")
            casts = ", ".join(f'cast("{column}" as {kind})' for column, kind in columns.items())
            _insert(connection, frame, f"insert into reference.{name} select {casts} from incoming")
            counts[name] = frame.height
        for name, frame in generated.items():
            _insert(connection, frame, f"create or replace table reference.{name} as select * from incoming")
            counts[name] = frame.height
        connection.commit()
    return counts


def _insert(connection: duckdb.DuckDBPyConnection, frame: pl.DataFrame, statement: str) -> None:
    connection.register("incoming", frame.to_arrow())
    connection.execute(statement)
    connection.unregister("incoming")


def _facts(city: City) -> pl.DataFrame:
    facts = city.facts
    row = {
        "city_id": facts.id, "name_zh": facts.name_zh, "name_en": facts.name_en, "region_code": facts.region_code,
        "go_live": facts.go_live, **city.profile.definitions.model_dump(),
    }  # fmt: skip
    return pl.DataFrame([row], schema_overrides={"go_live": pl.Date})
