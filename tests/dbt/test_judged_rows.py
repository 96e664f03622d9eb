"""Tests of large facts that look at changed rows only find what can have gone wrong since, and all else when they look at everything."""

import json
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.city import City
from pipelines.settings import Settings
from tests.dbt.random_nights import NIGHTS, Built
from tests.dbt.running import run_dbt

#: Tables whose tests look at changed rows only, with their keys.
LARGE = {
    "core.fct_platform_case": "case_id", "core.fct_case_standing": "case_id", "core.fct_case_step": "step_id",
    "core.fct_evaluation_case": "case_id", "core.fct_evaluation_frozen_case": "frozen_on", "core.agg_case_day": "date_on",
    "core.agg_case_week": "week",
    "intermediate.int_case_deadlines": "case_id", "intermediate.int_case_step_marks": "case_id",
}  # fmt: skip
#: A night after this one knows that it changed what batch 4 brought, what was frozen on the third night and what is not settled.
SEEN = ["CHENGGUAN_SEEN_SEQ=3", f"CHENGGUAN_SEEN_ON={NIGHTS[1].isoformat()}"]


@pytest.mark.slow
def test_a_row_that_is_wrong_is_found_the_same_night_where_it_can_have_changed_and_else_at_the_whole_judgement(
    world: tuple[Settings, City], built: Built, manifest: dict[str, Any], tmp_path: Path
) -> None:
    assert built
    home, city = world
    tests = {
        key: node for key, node in manifest["nodes"].items() if str(node["config"].get("where")).startswith("rows ")
    }
    tables = {manifest["nodes"][node["attached_node"]]["relation_name"].replace('"', "") for node in tests.values()}
    assert {name.partition(".")[2] for name in tables} == LARGE.keys()
    settings = home.model_copy(update={"home": tmp_path})
    settings.build_dir.mkdir(parents=True)

    [steps] = [node for node in tests.values() if node["config"]["where"].endswith("_or_found")]

    def found(planted: str, stated: list[str], before: str | None = None) -> set[str]:
        shutil.copyfile(home.build_db, settings.build_db)
        with duckdb.connect(str(settings.build_db)) as connection:
            for table, key in LARGE.items():
                _plant(connection, table, key, is_old=planted == "old")
            connection.execute(f"create schema failures; create table failures.{steps['alias']} (from_field varchar)")
            if before:
                connection.execute(f"insert into failures.{steps['alias']} values (?)", [before])
        run_dbt(
            settings,
            city,
            (NIGHTS[-1], [*stated, "test", "--quiet", "--select", *(n["name"] for n in tests.values())]),
            may_fail=True,
        )
        results = json.loads((settings.build_dir / "dbt" / "run_results.json").read_bytes())["results"]
        assert {one["unique_id"] for one in results if one["unique_id"].startswith("test.")} == tests.keys()
        return {one["unique_id"] for one in results if one["status"] in ("fail", "warn")}

    in_part = [*SEEN, "CHENGGUAN_JUDGE_WHOLE="]
    assert found("new", in_part) == tests.keys()
    assert found("old", in_part) == set()
    assert found("old", in_part, "nobody's") == {steps["unique_id"]}, "it looks at what it had found as well"
    assert found("old", SEEN) == tests.keys(), "which tests look at a part is told, or none does"
    assert found("old", [*SEEN, f"CHENGGUAN_JUDGE_WHOLE={' '.join(tests)}"]) == tests.keys()


def _plant(connection: duckdb.DuckDBPyConnection, table: str, key: str, *, is_old: bool) -> None:
    """A row twice, one of which something came on the last night, or one that no night can have looked at."""
    names = [row[0] for row in connection.execute(f"describe {table}").fetchall()]
    other = {
        "case_id": "'planted'",
        "step_id": "'planted'",
        "date_on": "date '2000-01-01'",
        "week": "date '2000-01-03'",
        "frozen_on": "date '2000-01-01'",
    }
    values = {
        "core.fct_case_standing": {"handled": "7"},
        "core.fct_platform_case": {"stopped_seconds": "-1"},
        "core.agg_case_week": {"cases": "0"},
    }.get(table, {})
    if is_old:
        values |= {key: other[key]} | (
            {"settled_on": "date '2000-01-01'", "_batch_seq": "1"} if table.endswith(("standing", "step")) else {}
        )
    if table.endswith("step"):
        values |= {"case_id": "'nobody''s'" if is_old else "'new and nobody''s'"}
    changed = {
        "case_id": "case_id in (select case_id from raw.platform_cases where _batch_seq > 3)", "step_id": "_batch_seq > 3",
        "frozen_on": f"frozen_on > date '{NIGHTS[1]}'",
        "date_on": "date_on in (select reported_at::date from raw.platform_cases where _batch_seq > 3)",
        "week": "week in (select date_trunc('week', reported_at)::date from raw.platform_cases where _batch_seq > 3)",
    }[key]  # fmt: skip
    row = ", ".join(f"{values[name]} as {name}" if name in values else name for name in names)
    if table.endswith("step") and not is_old:
        connection.execute(
            "insert into raw.platform_case_flow (step_id, case_id, _batch_seq) values ('x', 'new and nobody''s', 4)"
        )
    connection.execute(
        f"insert into {table} select {row} from (select * from {table} where {changed} limit 1), range(2)"
    )
