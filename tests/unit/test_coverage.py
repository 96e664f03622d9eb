"""What a release says of feeds that a city lacks and of relations that are empty for it."""

import datetime as dt
import json
from collections.abc import Callable, Iterator
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner

from pipelines.city import City
from pipelines.cli.app import app
from pipelines.feeds import FEEDS
from pipelines.publish.contents import Served
from pipelines.publish.coverage import CAUSES, feeds_told, relations_told, sources_of, why_empty
from pipelines.settings import Settings
from tests.conftest import DEMOLITIONS
from tests.pipeline.conftest import FLOW
from tests.unit.test_metrics import DICTIONARY, MANIFEST

DAY = dt.date(2017, 9, 25)


def _model(schema: str, name: str, *above: str) -> dict[str, Any]:
    return {
        "resource_type": "model",
        "schema": schema,
        "name": name,
        "alias": name,
        "depends_on": {"nodes": list(above)},
    }


LINEAGE = {
    "nodes": {
        "stg": _model("staging", "stg", "source.demolitions"),
        "fct": _model("core", "fct", "stg", "source.squads"),
        "both": _model("marts", "both", "fct", "other"),
        "other": _model("core", "other", "source.flow"),
        "hotline": _model("marts", "hotline", "source.tickets"),
        "none_counts": _model("marts", "none_counts", "stg"),
        "test": {"resource_type": "test", "depends_on": {"nodes": ["hotline"]}},
    },
    "sources": {
        "source.demolitions": {"schema": "raw", "name": "demolitions"},
        "source.flow": {"schema": "raw", "name": "platform_case_flow"},
        "source.tickets": {"schema": "raw", "name": "hotline_tickets"},
        "source.squads": {"schema": "reference", "name": "squads"},
    },
}


@pytest.fixture
def build() -> Iterator[duckdb.DuckDBPyConnection]:
    """A build file in which one demolition is loaded, and a later batch that a release of the day does not know."""
    with duckdb.connect() as con:
        con.execute("""
            attach ':memory:' as build;
            create schema build.ops; create schema build.marts; create schema build.core; create schema build.reference;
            create table build.ops.ledger as select * from (values
                ('demolitions', 3, 1, date '2017-01-05', date '2017-09-19', date '2017-09-20'),
                ('demolitions', 9, 0, date '2017-01-05', date '2017-09-29', date '2017-09-30')
            ) as l (feed, rows_loaded, rows_quarantined, first_record_on, last_record_on, loaded_for_on);
            create schema memory.meta; create view memory.meta.batches as select * from build.ops.ledger;
            create table build.reference.squads (squad_id varchar);
            create table build.core.fct as select 1 as n;
            create table build.marts.both as select 1 as n where false;
            create table build.marts.hotline as select 1 as n where false;
            create table build.marts.none_counts as select 1 as n where false;
        """)
        yield con


@pytest.fixture
def city(write_city: Callable[..., City]) -> City:
    return write_city(DEMOLITIONS, FLOW)


def _relations(build: duckdb.DuckDBPyConnection, city: City) -> dict[str, dict[str, Any]]:
    tables = [Served("marts", name, "") for name in ("both", "hotline", "none_counts")] + [Served("core", "fct", "")]
    told = relations_told(build, tables, LINEAGE, feeds_told(build, city, DAY))
    return {row["relation"]: row for row in told}


def test_every_feed_is_told_with_what_has_arrived_by_the_day(build: duckdb.DuckDBPyConnection, city: City) -> None:
    told = {row["feed"]: row for row in feeds_told(build, city, DAY)}
    assert list(told) == list(FEEDS)
    kept = ("is_configured", "has_records", "rows_loaded", "last_record_on")
    assert [tuple(told[feed][key] for key in kept) for feed in ("demolitions", "platform_case_flow", "staff")] == [
        (True, True, 3, dt.date(2017, 9, 19)), (True, False, 0, None), (False, False, 0, None),
    ]  # fmt: skip


def test_lineage_leads_from_a_mart_to_its_sources() -> None:
    assert sources_of(LINEAGE)["marts.both"] == {
        ("raw", "demolitions"), ("raw", "platform_case_flow"), ("reference", "squads"),
    }  # fmt: skip


def test_a_mart_of_an_absent_feed_says_that_the_city_has_none(build: duckdb.DuckDBPyConnection, city: City) -> None:
    row = _relations(build, city)["marts.hotline"]
    assert (row["is_empty"], row["feeds"], row["lacking_feeds"]) == (True, "hotline_tickets", "hotline_tickets")
    assert row["why_zh"] == "本城市没有数据源：热线工单 (hotline_tickets)"
    assert row["why_en"] == "this city has no feed: Hotline tickets (hotline_tickets)"


def test_a_mart_that_waits_for_a_feed_says_so(build: duckdb.DuckDBPyConnection, city: City) -> None:
    row = _relations(build, city)["marts.both"]
    assert row["why_en"] == (
        "there are records, but none that belongs here; configured, nothing arrived yet: Platform case flow (platform_case_flow)"
    )
    assert row["cause"] == "nothing_counts", "there are demolitions"


def test_a_mart_that_nothing_belongs_to_says_that(build: duckdb.DuckDBPyConnection, city: City) -> None:
    row = _relations(build, city)["marts.none_counts"]
    assert (row["cause"], row["why_en"]) == ("nothing_counts", "there are records, but none that belongs here")


@pytest.mark.parametrize(
    ("is_configured", "rows_quarantined", "cause"),
    [(False, 0, "no_feed"), (True, 0, "nothing_arrived"), (True, 3, "all_quarantined")],
)
def test_what_keeps_a_marts_records_away_is_named(is_configured: bool, rows_quarantined: int, cause: str) -> None:
    feed = {
        "feed": "f",
        "title_zh": "F",
        "title_en": "F",
        "is_configured": is_configured,
        "rows_quarantined": rows_quarantined,
    }
    assert why_empty([feed], [feed], []) == (cause, f"{CAUSES[cause][0]}：F (f)", f"{CAUSES[cause][1]}: F (f)")


def test_a_reference_table_without_rows_is_named_where_no_feed_is_lacking() -> None:
    arrived = {"feed": "f", "has_records": True}
    assert why_empty([arrived], [], ["squads"])[2] == (
        "there are records, but none that belongs here; reference tables without rows: squads"
    )
    assert why_empty([], [], ["squads"])[::2] == ("no_reference", "reference tables without rows: squads")


def test_a_relation_with_rows_needs_no_reason(build: duckdb.DuckDBPyConnection, city: City) -> None:
    row = _relations(build, city)["core.fct"]
    assert (row["row_count"], row["is_empty"], row["why_zh"], row["lacking_tables"]) == (1, False, None, "squads")


@pytest.fixture
def published(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A release with one metric, whose fact is empty."""
    folder = settings.releases / "20170925.1"
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / "serving.duckdb")) as con:
        con.execute("""
            create schema core; create schema meta;
            create table core.fct_case (case_no varchar, filed_on date, squad_id varchar, is_closed boolean);
            create table core.dim_date as select date '2017-01-01' as date_on;
            create table meta.mart_columns (mart varchar, column_name varchar, explained_by varchar);
            create table meta.relations as select
                'core.fct_case' as relation, true as is_empty, '本城市没有数据源：X' as why_zh, 'this city has no feed: X' as why_en
        """)
        rows = list(DICTIONARY.rows({"how": "due"}))
        con.execute(f"create table meta.metrics ({', '.join(f'{name} varchar' for name in rows[0])})")
        con.executemany(
            f"insert into meta.metrics values ({', '.join('?' for _ in rows[0])})", [[*row.values()] for row in rows]
        )
    about = {
        "id": folder.name,
        "as_of": "2017-09-25",
        "city": {"id": "x"},
        "created_at_utc": "",
        "content_digest": "",
        "tables": [],
    }
    (folder / "manifest.json").write_text(json.dumps(about))
    (folder / "semantic_manifest.json").write_text(json.dumps(MANIFEST))
    settings.current.symlink_to(folder)
    monkeypatch.setenv("CHENGGUAN_HOME", str(settings.home))
    return settings


@pytest.mark.parametrize("command", ["metric", "explain"])
def test_a_metric_without_records_says_why(published: Settings, command: str) -> None:
    result = CliRunner().invoke(app, [command, "filed", "--by", "squad_id"])
    assert result.exit_code == 0, result.exception
    assert "没有数据 no data: 本城市没有数据源：X / this city has no feed: X" in result.output
    told = json.loads(CliRunner().invoke(app, [command, "filed", "--json"]).stdout)
    assert told["why_empty"]["why_en"] == "this city has no feed: X"


def test_an_older_release_gives_no_reason_and_no_error(published: Settings) -> None:
    with duckdb.connect(str(published.current / "serving.duckdb")) as con:
        con.execute("drop table meta.relations")
    for command in ("metric", "explain"):
        result = CliRunner().invoke(app, [command, "filed"])
        assert result.exit_code == 0 and "no data" not in result.output
