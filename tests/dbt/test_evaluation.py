"""Evaluations are frozen once and restated beside: a small city's nights, with a late record and a correction after the freezing.

August freezes on the 10th of September: the first night sees it open, the second freezes it, the third knows better.
"""

import datetime as dt
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest
from pydantic import SecretStr

from pipelines.city import City, load_city
from pipelines.landing.ingest import ingest_feed
from pipelines.landing.reference import load_reference
from pipelines.metrics.evaluation import Figure, explain_figure
from pipelines.settings import PROJECT_ROOT, Settings
from pipelines.simulator import simulate
from tests.dbt.running import run_dbt

pytestmark = pytest.mark.slow

OPEN, FROZEN, LATER = dt.date(2017, 9, 8), dt.date(2017, 9, 12), dt.date(2017, 9, 20)
FEEDS = ("platform_cases", "platform_case_flow", "evaluation_appeals")
MODELS = [
    "--select",
    "+evaluation",
    "+evaluation_restatement",
    "+street_performance",
    "dim_evaluation_weight",
    "dim_evaluation_band",
]
Row = dict[str, Any]
Seen = dict[str, list[Row]]
FIGURE = ("period_id", "object_type", "object_id", "indicator")


def _look(settings: Settings) -> Seen:
    tables = ("marts.evaluation", "marts.evaluation_restatement", "core.fct_evaluation_frozen", "core.fct_evaluation_case_change",
              "core.fct_evaluation_case", "core.fct_case_standing", "core.dim_period", "core.fct_evaluation_appeal",
              "intermediate.int_case_deadlines", "reference.working_hours")  # fmt: skip
    with duckdb.connect(str(settings.build_db), read_only=True) as connection:
        return {name: connection.sql(f"select * from {name} order by all").pl().to_dicts() for name in tables}


def _know_better(platform: Path) -> None:
    """After the freezing a case of August is found not to have been closed, and another one comes to light."""
    with closing(sqlite3.connect(platform)) as source, source:
        columns = [row[1] for row in source.execute("pragma table_info(t_case)")]
        row = source.execute(
            "select * from t_case where inst_time between '2017-08-01' and '2017-08-31' and archive_time < '2017-09-05' "
            "and dispatch_time is not null and act_status = '61' order by cast(rec_id as integer) limit 1"
        ).fetchone()
        found = dict(zip(columns, row, strict=True))
        late = found | {"rec_id": "8800001", "task_num": "201708309999", "update_time": "2017-09-18 10:00:00"}
        source.execute(f"insert into t_case values ({', '.join('?' * len(columns))})", [late[name] for name in columns])
        source.execute(
            "update t_case set archive_time = null, act_status = '60', update_time = '2017-09-19 10:00:00' where rec_id = ?",
            [found["rec_id"]],
        )


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    home = tmp_path_factory.mktemp("evaluation")
    return Settings(
        home=home,
        city="changji",
        cities=PROJECT_ROOT / "cities",
        inbox=home / "inbox",
        hash_key=SecretStr("a key for tests only, not a secret"),
    )


@pytest.fixture(scope="module")
def nights(settings: Settings) -> dict[str, Seen]:
    """What there was to be seen after each night, after the first one was run again from scratch, and after the last one was."""
    city: City = load_city(settings)
    load_reference(settings, city)
    for night in (OPEN, FROZEN, LATER):
        simulate(settings.inbox_dir, cases=250, as_of=night)
        if night == LATER:
            _know_better(settings.inbox_dir / "platform/platform.sqlite")
        for feed in FEEDS:
            assert not ingest_feed(settings, city, feed, night).problems
    seen = {}
    full = ["run", "--quiet", *MODELS, "--full-refresh"]
    usual = ["run", "--quiet", *MODELS]
    for name, night, command in (
        ("open", OPEN, full), ("frozen", FROZEN, usual), ("later", LATER, usual), ("open again", OPEN, full),
        ("later again", LATER, full),
    ):  # fmt: skip
        run_dbt(settings, city, (night, command))
        seen[name] = _look(settings)
    return seen


def _of(rows: list[Row], period: str) -> dict[tuple[Any, ...], Row]:
    return {tuple(row[name] for name in FIGURE): row for row in rows if row["period_id"] == period}


def test_a_period_is_open_until_its_freezing_date(nights: dict[str, Seen]) -> None:
    for name, is_frozen, frozen_on in (("open", False, None), ("frozen", True, FROZEN), ("later", True, FROZEN)):
        rows = _of(nights[name]["marts.evaluation"], "2017-08").values()
        assert rows
        assert {(row["is_frozen"], row["frozen_on"]) for row in rows} == {(is_frozen, frozen_on)}


def test_the_first_night_freezes_all_past_periods_at_once(nights: dict[str, Seen]) -> None:
    frozen = {row["period_id"]: row["frozen_on"] for row in nights["open"]["marts.evaluation"]}
    due = {row["period_id"] for row in nights["open"]["core.dim_period"] if row["freezes_on"] <= OPEN}
    assert {period for period, day in frozen.items() if day == OPEN} == due
    assert len(due) > 40


def test_what_is_frozen_never_changes(nights: dict[str, Seen]) -> None:
    assert _of(nights["later"]["marts.evaluation"], "2017-08") == _of(nights["frozen"]["marts.evaluation"], "2017-08")
    written: list[Row] = []
    for name in ("open", "frozen", "later", "open again", "later again"):
        rows = nights[name]["core.fct_evaluation_frozen"]
        assert all(row in rows for row in written[:2000:50])
        assert len(rows) >= len(written)
        written = rows


def test_what_became_known_later_is_restated_with_its_cause(nights: dict[str, Seen]) -> None:
    assert not _of(nights["frozen"]["marts.evaluation_restatement"], "2017-08")
    restated = _of(nights["later"]["marts.evaluation_restatement"], "2017-08")
    for name in ("filed", "not_closed"):
        row = restated["2017-08", "city", "changji", name]
        assert row["new_numerator"] - row["old_numerator"] == 1
    assert ("2017-08", "city", "changji", "closed") not in restated, "one came late, one is not closed after all"
    filed = restated["2017-08", "city", "changji", "filed"]
    causes = {row["case_id"]: (row["cause"], row["changed_on"]) for row in nights["later"]["core.fct_evaluation_case_change"]
              if row["period_id"] == "2017-08"}  # fmt: skip
    assert causes["8800001"] == ("late_record", LATER)
    assert Counter(cause for cause, _ in causes.values()) == {"late_record": 1, "correction": 1}
    assert filed["cases_late"] == filed["cases_corrected"] == 1


def test_an_appeal_upheld_after_the_freezing_is_restated_and_takes_the_case_out_of_nothing_else(
    nights: dict[str, Seen],
) -> None:
    seen = nights["open"]
    upheld = {row["case_id"]: row for row in seen["core.fct_evaluation_appeal"] if row["upheld"]}
    assert len(upheld) == 2
    late = {row["case_id"] for row in seen["core.fct_evaluation_case_change"] if row["cause"] == "appeal"}
    assert late
    assert late < upheld.keys(), "the other was heard before its month was frozen"
    counted = {row["case_id"]: row["filed"] for row in seen["core.fct_case_standing"]}
    assert all(counted[case] == 1 for case in upheld)
    assert all(row["reason"] for row in upheld.values())


def test_a_night_that_is_run_again_shows_what_it_showed(nights: dict[str, Seen]) -> None:
    for name in ("open", "later"):
        for table in ("marts.evaluation", "marts.evaluation_restatement"):
            assert nights[name][table] == nights[f"{name} again"][table], (name, table)


@pytest.mark.parametrize("part", ["street"])
def test_a_periods_evaluation_sums_over_streets_to_the_citys(nights: dict[str, Seen], part: str) -> None:
    sums: Counter[tuple[str, str, str]] = Counter()
    city = {}
    rates = [row for row in nights["later"]["marts.evaluation"] if row["indicator"] != "composite"]
    for row in rates:
        for side in ("numerator", "denominator"):
            key = (row["period_id"], row["indicator"], side)
            if row["object_type"] == "city":
                city[key] = row[side] or 0
            elif row["object_type"] == part:
                sums[key] += row[side] or 0
    # Hours are rounded object by object.
    wrong = {
        key for key, value in city.items() if abs(sums[key] - value) > (0.01 if key[1] == "handling_hours_mean" else 0)
    }
    assert len(city) > 1000
    assert not wrong


def test_no_case_is_counted_twice(nights: dict[str, Seen]) -> None:
    seen = nights["later"]
    kinds = {row["period_id"]: row["period_kind"] for row in seen["core.dim_period"]}
    counted = Counter((kinds[row["period_id"]], row["case_id"]) for row in seen["core.fct_evaluation_case"])
    assert set(counted.values()) == {1}
    standing = [row["case_id"] for row in seen["core.fct_case_standing"]]
    assert len(standing) == len(set(standing))
    assert {case for _, case in counted} == set(standing)
    assert len(counted) == 3 * len(standing)


def test_limits_in_work_hours_run_while_offices_are_open_and_urgent_ones_always(nights: dict[str, Seen]) -> None:
    deadlines = [row for row in nights["later"]["intermediate.int_case_deadlines"] if row["base_due_at"]]
    opening = sorted((row["start_at"], row["end_at"]) for row in nights["later"]["reference.working_hours"])
    seen = Counter(row["limit_unit"] for row in deadlines)
    assert min(seen["work_hours"], seen["urgent_hours"]) > 10
    for row in deadlines:
        begun, due, limit = row["started_at"], row["base_due_at"], dt.timedelta(hours=float(row["limit_value"]))
        if row["limit_unit"] == "urgent_hours":
            assert due - begun == limit
        if row["limit_unit"] == "work_hours":
            ran = [(max(start, begun), min(end, due)) for start, end in opening if start < due and end > begun]
            assert sum((end - start for start, end in ran), dt.timedelta()) == limit
            assert any(start < due <= end for start, end in opening), "a deadline is never in closed hours"


@pytest.fixture(scope="module")
def release(settings: Settings, nights: dict[str, Seen]) -> Iterator[duckdb.DuckDBPyConnection]:
    """What a release of the last night would hold."""
    copy = shutil.copy(settings.build_db, settings.home / "release.duckdb")
    with duckdb.connect(str(copy)) as connection:
        connection.execute("create schema meta; create view meta.batches as select * from ops.ledger")
        yield connection


def _explained(release: duckdb.DuckDBPyConnection, mart: str, row: Row) -> Figure:
    return explain_figure(release, mart, [f"{name}={row[name]}" for name in FIGURE])


def _sum(figure: Figure, column: str) -> Any:
    at = figure.listing.columns.index(column)
    return sum(record[at] or 0 for record in figure.listing.records)


@pytest.mark.parametrize("period", ["2017-08", "2017-09", "2017Q2"])
def test_every_figure_is_the_sum_of_the_cases_that_are_listed_for_it(
    nights: dict[str, Seen], release: duckdb.DuckDBPyConnection, period: str
) -> None:
    """Of one object of each kind; August is frozen and has cases that changed since, September is open."""
    rows = _of(nights["later"]["marts.evaluation"], period)
    largest: dict[str, tuple[Any, str]] = {}
    for (_, kind, one, indicator), row in rows.items():
        if indicator in ("handled", "composite") and row["numerator"]:
            largest[kind] = max(largest.get(kind, (0, "")), (row["numerator"], one))
    assert set(largest) == {"city", "street", "grid", "department", "post"}
    asked = [row for (_, kind, one, _), row in rows.items() if largest[kind][1] == one]
    assert {row["indicator"] for row in asked} == {key[-1] for key in rows}
    for row in asked:
        figure = _explained(release, "marts.evaluation", row)
        assert figure.agrees, (row, figure.recomputed)
        for side in ("numerator", "denominator"):
            # Each case's hours are a fraction; the models add seconds.
            assert abs(float(_sum(figure, side)) - float(row[side] or 0)) < 0.001, (row, side)


def test_every_listed_case_says_where_it_stands(nights: dict[str, Seen], release: duckdb.DuckDBPyConnection) -> None:
    row = _of(nights["later"]["marts.evaluation"], "2017-08")["2017-08", "city", "changji", "filed"]
    listing = _explained(release, "marts.evaluation", row).listing
    records = [dict(zip(listing.columns, record, strict=True)) for record in listing.records]
    assert len(records) == row["numerator"]
    assert all(record["source_file"].endswith("platform.sqlite") and record["source_row"] for record in records)
    assert "8800001" not in {record["case_id"] for record in records}, "it came after the freezing"
    days = [record["reported_at"] for record in records]
    assert days == sorted(days, reverse=True)


def test_a_restated_figure_differs_by_the_cases_that_are_listed_for_it(
    nights: dict[str, Seen], release: duckdb.DuckDBPyConnection
) -> None:
    rows = [row for row in nights["later"]["marts.evaluation_restatement"]
            if row["indicator"] not in ("composite", "handling_hours_mean")]  # fmt: skip
    assert rows
    for row in rows:
        figure = _explained(release, "marts.evaluation_restatement", row)
        for side in ("numerator", "denominator"):
            by_cases = _sum(figure, f"new_{side}") - _sum(figure, f"old_{side}")
            assert by_cases == (row[f"new_{side}"] or 0) - (row[f"old_{side}"] or 0), row
