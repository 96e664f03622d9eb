"""The records that both engines read: every source of the dbt project, out of a built home, as Parquet; and DuckDB's build of them."""

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import yaml

from pipelines.settings import DBT_PROJECT_DIR, Settings


def built_for(settings: Settings) -> dt.date | None:
    """The day that the home's models stand for, if they are built."""
    if not settings.build_db.exists():
        return None
    with duckdb.connect(str(settings.build_db), read_only=True) as con:
        try:
            row = con.execute("select built_for_on from ops.build_state").fetchone()
        except duckdb.CatalogException:
            return None
    return row[0] if row else None


def sources() -> list[tuple[str, str]]:
    """(schema, table) of every source that the models read."""
    found = []
    for path in sorted((DBT_PROJECT_DIR / "models" / "sources").glob("*.yml")):
        for source in yaml.safe_load(path.read_text(encoding="utf-8"))["sources"]:
            found += [(source.get("schema", source["name"]), table["name"]) for table in source["tables"]]
    return found


def export(settings: Settings, folder: Path) -> None:
    """Writes each source as `folder`/schema/table/*.parquet, the layout that macros/spark/sources.sql registers."""
    with duckdb.connect(str(settings.build_db), read_only=True) as con:
        for schema, table in sources():
            place = folder / schema / table
            place.mkdir(parents=True)
            con.execute(f"copy (from {schema}.{table}) to '{place / 'rows.parquet'}' (format parquet)")


def build(folder: Path, build_db: Path, as_of: dt.date) -> None:
    """Builds every model that both engines have in a new DuckDB file whose sources are views on the Parquet of `folder`."""
    build_db.parent.mkdir(parents=True)
    with duckdb.connect(str(build_db)) as con:
        for schema, table in sources():
            con.execute(f"create schema if not exists {schema}")
            con.execute(f"create view {schema}.{table} as from read_parquet('{folder / schema / table}/*.parquet')")
    target = build_db.parent / "dbt-duckdb"
    places = ["--profiles-dir", str(DBT_PROJECT_DIR), "--target-path", str(target), "--log-path", str(target)]
    subprocess.run(
        [Path(sys.executable).with_name("dbt"), "--quiet", "run", "--target", "build", "--exclude", "tag:python+", *places],
        check=True, cwd=DBT_PROJECT_DIR, env={**environment(as_of), "CHENGGUAN_BUILD_DB": str(build_db)},
    )  # fmt: skip


def environment(as_of: dt.date) -> dict[str, str]:
    """What dbt needs to know, on either engine."""
    return {**os.environ, "CHENGGUAN_AS_OF": as_of.isoformat(), "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}


if __name__ == "__main__":
    export(Settings(), Path(sys.argv[1]))
