"""What dbt's tests found in the models on the last night, with the rows that they found.

Belongs here: reading dbt's results and the tables of the schema `failures`. The tests themselves stand in the dbt project; rows show keys and
figures of core and marts, which hold no person.
"""

import json
from dataclasses import dataclass
from typing import Any

import duckdb

from pipelines.errors import SetupError
from pipelines.landing.store import read_connection
from pipelines.publish.contents import dbt_target
from pipelines.settings import Settings


@dataclass(frozen=True)
class FailedCheck:
    """A test of the last build that did not pass. `rows` are (`columns`) of what it found, the first of them; `found` counts all."""

    name: str
    status: str
    found: int
    columns: list[str]
    rows: list[tuple[Any, ...]]


def failed_checks(settings: Settings, limit: int) -> list[FailedCheck]:
    """The tests of the last build that failed or warned, with at most `limit` rows each. Raises SetupError where nothing was built yet."""
    path = dbt_target(settings) / "run_results.json"
    try:
        results = json.loads(path.read_bytes())["results"]
    except (OSError, ValueError, KeyError) as cause:
        raise SetupError(
            "还没有模型检验的结果", "there are no results of model tests yet", file=path,
            remedy_zh="先运行 chengguan nightly", remedy_en="run `chengguan nightly` first",
        ) from cause  # fmt: skip
    broken = [
        one for one in results if one["unique_id"].startswith("test.") and one["status"] in ("fail", "warn", "error")
    ]
    found: list[FailedCheck] = []
    judged = {one["unique_id"] for one in results}
    with read_connection(settings) as connection:
        broken += [one for one in _kept(connection) if one["unique_id"] not in judged]
        stored = {
            name for (name,) in connection.execute(
                "select table_name from duckdb_tables() where schema_name = 'failures'"
            ).fetchall()
        }  # fmt: skip
        for one in broken:
            name = one["unique_id"].split(".")[2]
            table = str(one.get("relation_name") or "").rpartition(".")[2].strip('"')
            columns: list[str] = []
            rows: list[tuple[Any, ...]] = []
            if table in stored:
                asked = connection.execute(f'select * from failures."{table}" limit {int(limit)}')
                columns = [column[0] for column in asked.description or []]
                rows = asked.fetchall()
            found.append(FailedCheck(name, one["status"], int(one.get("failures") or 0), columns, rows))
    return found


def _kept(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """The tests that did not pass when they were last judged, as dbt's results tell them; those of the last run among them."""
    try:
        asked = connection.execute(
            "select unique_id, status, failures, relation as relation_name from ops.build_checks where status <> 'pass' order by 1"
        )
    except duckdb.CatalogException:
        return []
    names = [column[0] for column in asked.description or []]
    return [dict(zip(names, row, strict=True)) for row in asked.fetchall()]
