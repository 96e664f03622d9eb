"""What must be built again after a night: `pipelines.kept` against the project's own lineage."""

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

from pipelines import kept, transform
from pipelines.city import City
from pipelines.orchestration.kept import WHOLE_ON, with_what_was_judged
from pipelines.settings import Settings

DAY = dt.date(2017, 9, 25)
BEFORE = {"raw.platform_cases": "1", "raw.hotline_tickets": "1", kept.TESTS: "a"}


def _chosen(manifest: dict[str, Any], now: dict[str, str], day: dt.date = DAY) -> set[str] | None:
    return kept.to_build(manifest, kept.Kept(DAY, BEFORE, {}), {**BEFORE, **now}, day)


def test_nothing_new_builds_nothing(manifest: dict[str, Any]) -> None:
    assert _chosen(manifest, {}) == set()


def test_a_feed_that_brought_something_builds_what_follows_from_it(manifest: dict[str, Any]) -> None:
    chosen = _chosen(manifest, {"raw.hotline_tickets": "2"})
    assert chosen is not None
    assert {"stg_hotline__tickets", "fct_hotline_ticket", "hotline_service"} <= chosen
    assert not {"stg_platform__cases", "fct_platform_case", "case_closure", "dim_as_of"} & chosen


def test_a_feed_that_came_for_the_first_time_counts_as_new(manifest: dict[str, Any]) -> None:
    chosen = _chosen(manifest, {"raw.penalty_cases": "1"})
    assert chosen is not None
    assert "fct_penalty_case" in chosen


def test_a_new_day_builds_what_depends_on_it_and_shows_every_feed_as_of_it(manifest: dict[str, Any]) -> None:
    chosen = _chosen(manifest, {}, DAY + dt.timedelta(days=1))
    models = {node["name"]: node for node in manifest["nodes"].values() if node["resource_type"] == "model"}
    assert chosen is not None
    assert {"dim_as_of", "fct_case_standing", "case_closure", "fct_batch"} <= chosen
    by_day = {name for name in models if name.startswith("stg_")} - {"stg_platform__touched_cases"}
    assert by_day <= chosen, "their text holds the day"
    assert "fct_platform_case" not in chosen, "its versions are those of the day before"


def test_a_staging_view_asks_for_the_day_only_to_choose_versions(manifest: dict[str, Any]) -> None:
    for node in manifest["nodes"].values():
        if node["resource_type"] == "model" and "is_held_on(as_of())" in node["raw_code"]:
            assert node["raw_code"].count("as_of()") == node["raw_code"].count("is_held_on(as_of())"), node["name"]
            assert node["config"]["materialized"] == "view", node["name"]


def test_a_rule_that_has_changed_is_judged_on_everything(manifest: dict[str, Any]) -> None:
    assert _chosen(manifest, {kept.TESTS: "b"}) is None


def _large(manifest: dict[str, Any]) -> list[str]:
    found = [key for key, node in manifest["nodes"].items() if str(node["config"].get("where")).startswith("rows ")]
    assert len(found) > 5
    return found


@pytest.mark.parametrize(
    ("status", "whole_on", "is_in_part"),
    [
        ("pass", DAY, True),
        ("pass", DAY - dt.timedelta(days=1), False),
        ("warn", DAY, False),
        ("pass", None, False),
    ],
    ids=["passed on everything this week", "last week", "had found something", "by an earlier version"],
)
def test_only_a_test_that_passed_on_everything_this_week_looks_at_changed_rows_only(
    manifest: dict[str, Any], status: str, whole_on: dt.date | None, *, is_in_part: bool
) -> None:
    assert DAY.isoweekday() == 1
    large, night = _large(manifest), DAY + dt.timedelta(days=6)
    then = dt.datetime(2017, 9, 25)
    before = {key: kept.KeptCheck(key, "pass", 0, None, DAY, then, DAY) for key in large}
    before[large[0]] = kept.KeptCheck(large[0], status, 0, None, DAY, then, whole_on)
    in_part, told = kept.to_judge(manifest, kept.Kept(DAY, BEFORE, before), night)
    assert (large[0] in in_part) == is_in_part
    assert in_part.keys() | set(told["CHENGGUAN_JUDGE_WHOLE"].split()) == set(large)
    assert set(large[1:]) <= in_part.keys()
    del before[large[1]]
    assert large[1] not in kept.to_judge(manifest, kept.Kept(DAY, BEFORE, before), night)[0], "it was never judged"


def test_the_day_of_the_last_whole_judgement_stays_with_a_test_that_looked_at_a_part(tmp_path: Path) -> None:
    results = tmp_path / "run_results.json"
    told = [{"unique_id": f"test.{name}", "status": "pass", "failures": 0} for name in ("large", "small")]
    results.write_text(json.dumps({"results": told}), encoding="utf-8")
    night = DAY + dt.timedelta(days=1)
    judged = kept.judged(results, night, {"test.large": DAY})
    assert [one.judged_for_on for one in judged] == [night, night]
    assert {one.unique_id: one.judged_whole_on for one in judged} == {"test.large": DAY, "test.small": night}


@pytest.mark.parametrize(
    ("state", "batches", "seen"),
    [
        ("0", [], 0),
        ("3:3:0:0", [(1, DAY), (2, DAY), (3, DAY)], 3),
        ("3:3:0:0", [(1, DAY), (2, DAY), (3, DAY), (4, DAY)], 3),
        ("3:3:0:0", [(1, DAY), (2, DAY + dt.timedelta(days=1)), (3, DAY)], 1),
    ],
    ids=["nothing came", "all was seen", "another came since", "one was for a later day"],
)
def test_how_far_a_build_had_seen(state: str, batches: list[tuple[int, dt.date]], seen: int) -> None:
    with duckdb.connect() as con:
        con.execute("create schema ops; create table ops.ledger (batch_seq bigint, loaded_for_on date)")
        for batch in batches:
            con.execute("insert into ops.ledger values (?, ?)", batch)
        told = kept.seen(con, kept.Kept(DAY, {"ops.ledger": state}, {}), {"ops.ledger": "another"})
    assert told == {"CHENGGUAN_SEEN_SEQ": str(seen), "CHENGGUAN_SEEN_ON": DAY.isoformat()}


@pytest.mark.parametrize("now", [{"reference.sla_rules": "b"}, {}], ids=["another", "gone"])
def test_a_reference_table_that_has_changed_has_every_case_looked_at(now: dict[str, str]) -> None:
    before = kept.Kept(DAY, {"ops.ledger": "0", "reference.sla_rules": "a"}, {})
    with duckdb.connect() as con:
        con.execute("create schema ops; create table ops.ledger (batch_seq bigint, loaded_for_on date)")
        assert kept.seen(con, before, dict(before.states))
        assert kept.seen(con, before, {"ops.ledger": "0", **now}) == {}


def test_what_tests_found_is_read_as_it_was_noted(settings: Settings, write_city: Callable[..., City]) -> None:
    city = write_city()
    night, then = DAY + dt.timedelta(days=1), dt.datetime(2017, 9, 26, 3)
    checks = [
        kept.KeptCheck("test.a", "pass", 0, None, night, then, DAY),
        kept.KeptCheck("test.b", "warn", 3, "b", night, then, night),
    ]
    transform.record_build(settings, city, night, {"raw.demolitions": "1"}, checks)
    found = kept.load(settings, city)
    assert found is not None
    assert list(found.checks.values()) == checks


def test_a_check_that_looked_at_a_part_says_since_when() -> None:
    events = [
        dg.AssetCheckResult(passed=True, asset_key="a", check_name=name, metadata={"unique_id": f"test.{name}"})
        for name in ("large", "small")
    ]
    large, small = with_what_was_judged(events, {"test.large": DAY})
    assert large.metadata[WHOLE_ON].value == DAY.isoformat()
    assert WHOLE_ON not in small.metadata
