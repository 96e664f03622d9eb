"""With what quality a release was published: counted by hand for a small ledger."""

import datetime as dt
from collections.abc import Callable, Iterator

import duckdb
import pytest

from pipelines.city import City
from pipelines.landing.store import LEDGER
from pipelines.publish.meta import BATCHES
from pipelines.publish.quality import QUALITY, TYPES, quality_rows, summary
from pipelines.quality.history import create_tables
from tests.conftest import DEMOLITIONS
from tests.pipeline.conftest import FLOW

DAY = dt.date(2017, 9, 25)
MONTHLY = '\n[freshness]\nevery = "month"\nwarn_after_days = 10\n'


@pytest.fixture
def city(write_city: Callable[..., City]) -> City:
    return write_city(DEMOLITIONS + MONTHLY, FLOW)


@pytest.fixture
def build() -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty ledger, attached as a release's connection has it."""
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as build")
        connection.execute("create schema build.ops")
        connection.execute(LEDGER.replace("ops.ledger", "build.ops.ledger"))
        yield connection


def loaded(
    connection: duckdb.DuckDBPyConnection, seq: int, day: str, *, read: int, held: int, last: str | None
) -> None:
    """A line of the ledger of the demolitions."""
    connection.execute(
        """insert into build.ops.ledger (batch_id, batch_seq, feed, source, source_kind, content_sha256, rows_read, rows_skipped,
               rows_loaded, rows_quarantined, rows_superseded, loaded_for_on, loaded_at_utc, last_record_on, horizon_on,
               code_version, seconds, city)
           values ($seq::varchar, $seq, 'demolitions', 'a.csv', 'file', '', $read, 0, $read - $held, $held, 0, $day::date,
               timestamp '2017-09-26 02:00:00', $last::date, $day::date, '', 0, 'smalltown')""",
        {"seq": seq, "day": day, "read": read, "held": held, "last": last},
    )


def test_counts_are_of_the_night_and_of_all_nights_up_to_it(build: duckdb.DuckDBPyConnection, city: City) -> None:
    loaded(build, 1, "2017-09-24", read=10, held=4, last="2017-09-20")
    loaded(build, 2, "2017-09-25", read=5, held=1, last=None)
    loaded(build, 3, "2017-09-26", read=100, held=100, last="2017-09-26")
    demolitions, flow = quality_rows(build, city, DAY)
    assert {name: demolitions[name] for name in list(TYPES)[:6]} == {
        "batches": 1, "rows_read": 5, "rows_loaded": 4, "rows_quarantined": 1, "all_rows_read": 15, "all_rows_quarantined": 5,
    }  # fmt: skip
    assert (flow["feed"], flow["batches"], flow["newest_record_on"]) == ("platform_case_flow", 0, None)


def test_how_fresh_a_feed_was_is_judged_by_its_rhythm(build: duckdb.DuckDBPyConnection, city: City) -> None:
    loaded(build, 1, "2017-09-01", read=10, held=0, last="2017-07-20")
    demolitions, flow = quality_rows(build, city, DAY)
    assert (demolitions["newest_record_on"], demolitions["expected_on"], demolitions["days_late"]) == (
        dt.date(2017, 7, 20), dt.date(2017, 8, 31), 25,
    )  # fmt: skip
    assert (demolitions["freshness"], flow["freshness"]) == ("late", None)


def test_verdicts_on_whole_batches_are_counted_where_there_are_any(
    build: duckdb.DuckDBPyConnection, city: City
) -> None:
    assert quality_rows(build, city, DAY)[0]["batches_warned"] is None
    build.execute("use build")
    create_tables(build)
    build.execute("use memory")
    for batch, day, severity, has_passed in (
        ("b1", DAY, "warn", False), ("b1", DAY, "warn", False), ("b2", DAY, "block", False), ("b3", DAY, "block", True),
        ("b4", DAY - dt.timedelta(days=1), "warn", False),
    ):  # fmt: skip
        build.execute(
            "insert into build.ops.batch_verdicts by name select $batch as batch_id, 'demolitions' as feed, 'a.csv' as source, "
            "$day as judged_for_on, timestamp '2017-09-26 02:00:00' as judged_at_utc, 'rows' as measure, $severity as severity, "
            "$passed as has_passed, 1.0 as observed, 3 as batches, '' as message_zh, '' as message_en",
            {"batch": batch, "day": day, "severity": severity, "passed": has_passed},
        )
    demolitions, flow = quality_rows(build, city, DAY)
    assert (demolitions["batches_warned"], demolitions["batches_blocked"]) == (1, 1)
    assert (flow["batches_warned"], flow["batches_blocked"]) == (0, 0)


def test_the_manifest_says_the_same_with_the_checks_of_the_run(build: duckdb.DuckDBPyConnection, city: City) -> None:
    loaded(build, 1, "2017-09-25", read=10, held=4, last="2017-09-20")
    told = summary(quality_rows(build, city, DAY), {"feeds": {"demolitions": {"passed": 1, "warned": 1}}})
    assert told["demolitions"]["quarantine_share"] == 0.4
    assert told["demolitions"]["newest_record_on"] == "2017-09-20"
    assert told["demolitions"]["checks"] == {"passed": 1, "failed": 0, "warned": 1}
    assert told["platform_case_flow"]["quarantine_share"] is None


def test_every_column_is_described_in_both_languages(build: duckdb.DuckDBPyConnection, city: City) -> None:
    assert set(quality_rows(build, city, DAY)[0]) == set(QUALITY.columns)
    assert all(len(said.split("\n")) == 2 for said in QUALITY.columns.values())


def test_every_column_of_the_ledger_is_described_in_both_languages(build: duckdb.DuckDBPyConnection) -> None:
    columns = build.sql("from build.ops.ledger").columns
    assert set(columns) == set(BATCHES.columns)
    assert all(len(said.split("\n")) == 2 and not said.isascii() for said in BATCHES.columns.values())
