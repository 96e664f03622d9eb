"""Stand-ins for dbt: a manifest of three models and a `dbt build` that creates their tables, in milliseconds.

The real models are tested by dbt's own tests and by the whole nights of this folder.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb

from pipelines.settings import Settings


def _node(schema: str, name: str, *upstream: str) -> dict[str, Any]:
    return {
        "resource_type": "model", "unique_id": f"model.fake.{name}", "schema": schema, "name": name, "alias": name,
        "description": f"the {name}", "meta": {}, "tags": [], "columns": {}, "depends_on": {"nodes": list(upstream)},
        "config": {"enabled": True, "materialized": "table", "schema": schema, "tags": [], "meta": {"zh": "表"}},
        "fqn": ["fake", schema, name], "package_name": "fake", "original_file_path": f"models/{name}.sql",
        "path": f"{name}.sql", "raw_code": "", "language": "sql", "database": "warehouse",
        "checksum": {"name": "sha256", "checksum": name},
    }  # fmt: skip


def _source(schema: str, name: str) -> dict[str, Any]:
    return {
        "resource_type": "source", "unique_id": f"source.fake.{schema}.{name}", "source_name": schema, "name": name,
        "identifier": name, "schema": schema, "database": "warehouse", "description": "", "meta": {}, "tags": [],
        "config": {"enabled": True, "meta": {}}, "columns": {}, "fqn": ["fake", schema, name], "package_name": "fake",
        "original_file_path": "models/sources.yml", "path": "models/sources.yml", "relation_name": name,
    }  # fmt: skip


def write_manifest(folder: Path) -> Path:
    """raw.demolitions and raw.platform_case_flow → a staging model → a fact → a mart."""
    raw = ("source.fake.raw.demolitions", "source.fake.raw.platform_case_flow", "source.fake.reference.city")
    nodes = [
        _node("staging", "stg_all", *raw),
        _node("core", "fct_demolitions", "model.fake.stg_all"),
        _node("marts", "demolition", "model.fake.fct_demolitions"),
    ]
    sources = [_source(*source.split(".")[2:]) for source in raw]
    empty = ("parent_map", "child_map", "exposures", "metrics", "groups", "semantic_models", "saved_queries")
    manifest = {
        "metadata": {"adapter_type": "duckdb", "project_name": "fake"},
        "nodes": {node["unique_id"]: node for node in nodes},
        "sources": {source["unique_id"]: source for source in sources},
        **{name: {} for name in (*empty, "unit_tests", "macros", "docs", "selectors", "disabled")},
    }
    path = folder / "manifest.json"
    path.write_text(json.dumps(manifest), encoding="utf-8")
    return path


class FakeDbt:
    """Answers as dagster-dbt's resource does; `fails` makes the build end with an error."""

    def __init__(self, settings: Settings, *, fails: bool = False) -> None:
        self.settings, self.fails = settings, fails
        self.calls: list[list[str]] = []

    def cli(self, args: list[str], *, target_path: Path, **_: Any) -> "FakeInvocation":
        self.calls.append(args)
        return FakeInvocation(self, target_path)


class FakeInvocation:
    def __init__(self, dbt: FakeDbt, target_path: Path) -> None:
        self.dbt, self.target_path = dbt, target_path

    def stream(self) -> Iterator[dg.Output[None]]:
        with duckdb.connect(str(self.dbt.settings.build_db)) as con:
            for schema, name in (("staging", "stg_all"), ("core", "fct_demolitions"), ("marts", "demolition")):
                con.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
                con.execute(
                    f"CREATE OR REPLACE TABLE {schema}.{name} AS SELECT demolition_no, demolished_area_m2 FROM raw.demolitions"
                )
                if not self.dbt.fails:
                    yield dg.Output(None, output_name=f"{schema}__{name}", metadata={"unique_id": f"model.fake.{name}"})

        if self.dbt.fails:
            broken = {
                "unique_id": "test.fake.not_null_area.0a1b2c",
                "status": "fail",
                "message": "Got 2 results\n\nsee the log",
            }
            self.target_path.mkdir(parents=True, exist_ok=True)
            (self.target_path / "run_results.json").write_text(json.dumps({"results": [broken]}))

    def is_successful(self) -> bool:
        return not self.dbt.fails

    def get_error(self) -> Exception | None:
        return RuntimeError("fake dbt failed") if self.dbt.fails else None
