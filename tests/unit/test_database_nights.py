"""Nights of a database that is written while it is read: nothing is lost, nothing comes twice, nothing is half loaded."""

import datetime as dt
import random
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pipelines.city import City
from pipelines.errors import BusyError, InputError
from pipelines.landing.conservation import check_conservation
from pipelines.landing.ingest import FeedResult, ingest_feed
from pipelines.landing.store import read_connection
from pipelines.orchestration.failures import passes_by_itself
from pipelines.settings import Settings
from tests.databases import Postgres, wait_for

ZONE = ZoneInfo("Asia/Shanghai")
FEED = """
feed = "demolitions"
[source]
kind = "database"
url = "${{PG_URL}}"
query = "{query}"
cursor = "updated_at"
{more}
[drift]
unknown_columns = "ignore"
[columns]
demolition_no = {{ from = ["no"] }}
building_case_no = {{ from = ["case_no"] }}
demolished_on = {{ from = ["day"] }}
demolished_area_m2 = {{ from = ["area"] }}
method = {{ from = ["method"] }}
"""
TABLE = "select no, 'W' as case_no, day, area, 'self' as method, updated_at from demolitions"

Write = Callable[..., City]


@pytest.fixture
def city(postgres: Postgres, write_city: Write, monkeypatch: pytest.MonkeyPatch) -> Callable[..., City]:
    """Writes the city with these keys of its source; the table is there and empty."""
    monkeypatch.setenv("PG_URL", postgres.url)
    postgres.run(
        "drop table if exists demolitions",
        "create table demolitions (no text primary key, day text default '2017-01-05', area numeric(10,2), updated_at timestamptz default now())",
    )  # fmt: skip

    def write(query: str = TABLE, more: str = "settle_seconds = 0") -> City:
        return write_city(FEED.format(query=query, more=more))

    return write


def night(settings: Settings, city: City) -> FeedResult:
    return ingest_feed(settings, city, "demolitions", dt.datetime.now(ZONE).date())


def rows(settings: Settings, sql: str) -> list[tuple[Any, ...]]:
    with read_connection(settings) as connection:
        return connection.execute(sql).fetchall()


def current(settings: Settings) -> dict[str, str]:
    found = rows(
        settings, "select demolition_no, demolished_area_m2 from raw.demolitions where _superseded_by_seq is null"
    )
    assert len(found) == len(dict(found))
    return {no: str(area) for no, area in found}


def test_a_table_that_is_written_while_it_is_read_arrives_whole(
    settings: Settings, city: Callable[..., City], postgres: Postgres
) -> None:
    town, done, problems = city(more="settle_seconds = 2"), threading.Event(), []

    def write(name: str) -> None:
        dice, made = random.Random(name), 0
        try:
            with postgres.connection(autocommit=False) as connection, connection.cursor() as cursor:
                while not done.is_set():
                    begun, made_before = time.monotonic(), made
                    # now() is the moment the transaction began; it commits up to half a second later.
                    for _ in range(dice.randrange(1, 20)):
                        if made == 0 or dice.random() < 0.5:
                            cursor.execute(f"insert into demolitions (no, area) values ('{name}{made}', 1)")
                            made += 1
                        else:
                            at = dice.randrange(made)
                            cursor.execute(
                                f"update demolitions set area = area + 1, updated_at = now() where no = '{name}{at}'"
                            )
                    time.sleep(dice.random() / 2)
                    # On a busy machine a transaction may outlast what the profile promises; such a one is not part of the promise.
                    if time.monotonic() - begun < 1:
                        connection.commit()
                    else:
                        connection.rollback()
                        made = made_before
        except Exception as error:
            problems.append(error)

    writers = [threading.Thread(target=write, args=(name,)) for name in "ABC"]
    for writer in writers:
        writer.start()
    loaded = 0
    deadline = time.monotonic() + 60
    try:
        # Windows end in whole seconds: a night that follows at once has none.
        while loaded < 3 and time.monotonic() < deadline:
            result = night(settings, town)
            assert not result.problems
            loaded += len(result.batches)
            time.sleep(0.6)
    finally:
        done.set()
        for writer in writers:
            writer.join()
    assert not problems
    time.sleep(3.1)
    assert not night(settings, town).problems
    assert current(settings) == dict(postgres.rows("select no, area::text from demolitions"))
    assert loaded == 3 and check_conservation(settings) == []


def test_an_overlap_finds_what_was_written_late_and_makes_no_version_of_what_is_known(
    settings: Settings, city: Callable[..., City], postgres: Postgres
) -> None:
    town = city(more="settle_seconds = 0\noverlap_seconds = 3600")
    postgres.run(
        "insert into demolitions (no, area, updated_at) values ('1', 10, now() - interval '10 min'), ('2', 20, now() - interval '10 min'), ('3', -1, now() - interval '10 min')"
    )
    first = night(settings, town)
    assert (first.total("rows_loaded"), first.total("rows_quarantined")) == (2, 1)
    postgres.run(
        "insert into demolitions (no, area, updated_at) values ('late', 30, now() - interval '20 min')",
        "update demolitions set area = 21 where no = '2'",
    )  # fmt: skip
    time.sleep(1.1)
    (batch,) = night(settings, town).batches
    assert (batch.rows_read, batch.rows_loaded, batch.rows_quarantined, batch.rows_skipped) == (2, 2, 0, 2)
    assert current(settings) == {"1": "10.00", "2": "21.00", "late": "30.00"}
    time.sleep(1.1)
    assert night(settings, town).batches == []
    assert check_conservation(settings) == []


def test_a_record_that_goes_back_to_an_earlier_value_is_news(
    settings: Settings, city: Callable[..., City], postgres: Postgres
) -> None:
    town = city(more="settle_seconds = 0\noverlap_seconds = 3600")
    for area in (1, 2, 1):
        postgres.run(
            f"insert into demolitions (no, area, updated_at) values ('1', {area}, now() - interval '5 min') on conflict (no) do update set area = excluded.area"
        )
        assert night(settings, town).total("rows_loaded") == 1
        time.sleep(1.1)
    assert current(settings) == {"1": "1.00"}


def test_a_key_that_is_not_unique_at_its_source_ends_as_it_would_without_leaving_out(
    settings: Settings, city: Callable[..., City], postgres: Postgres
) -> None:
    twice = "select '1' as no, 'W' as case_no, '2017-01-05' as day, area, 'self' as method, now() - interval '1 min' * (9 - area) as updated_at from (values (1), (2)) as v (area)"
    town = city(query=twice, more="settle_seconds = 0\noverlap_seconds = 3600")
    for _ in range(2):
        night(settings, town)
        time.sleep(1.1)
        assert current(settings) == {"1": "2.00"}


def test_a_backend_that_dies_half_way_leaves_nothing_and_the_next_night_takes_up_there(
    settings: Settings, city: Callable[..., City], postgres: Postgres
) -> None:
    postgres.run(
        "insert into demolitions (no, area, updated_at) select g, 1, now() - interval '1 hour' from generate_series(1, 60000) g"
    )
    town = city(query=TABLE.replace("select ", "select repeat('x', 2000) as ballast, ", 1))
    killed = threading.Event()

    def kill() -> None:
        backends = "from pg_stat_activity where application_name = 'chengguan' and query like '%ballast%' and wait_event = 'ClientWrite'"
        wait_for(lambda: bool(postgres.rows(f"select pg_terminate_backend(pid) {backends}")))
        killed.set()

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    (problem,) = night(settings, town).problems
    killer.join()
    assert killed.is_set() and isinstance(problem, BusyError) and passes_by_itself([problem])
    assert [path for folder in (settings.landing, settings.vault) for path in folder.rglob("*.parquet")] == []
    for table in ("raw.demolitions", "quarantine.demolitions", "ops.ledger"):
        assert rows(settings, f"select count(*) from {table}") == [(0,)]
    assert night(settings, town).total("rows_loaded") == 60_000
    assert check_conservation(settings) == []


def test_a_source_without_a_required_column_lets_go_of_its_connection(
    settings: Settings, city: Callable[..., City], postgres: Postgres
) -> None:
    postgres.run("insert into demolitions (no, area) values ('1', 1)")
    result = night(settings, city(query=TABLE.replace("no,", "no as other,", 1)))
    assert isinstance(result.problems[0], InputError)
    assert postgres.rows("select count(*) from pg_stat_activity where application_name = 'chengguan'") == [(0,)]


def test_a_crash_while_loading_leaves_no_landing_copy(
    settings: Settings, city: Callable[..., City], postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    postgres.run("insert into demolitions (no, area, updated_at) values ('1', 1, now() - interval '1 min')")
    town = city()
    monkeypatch.setattr("pipelines.landing.load.supersede", lambda *_: 1 / 0)
    with suppress(ZeroDivisionError):
        night(settings, town)
    assert list(settings.landing.rglob("*.parquet")) == []
    monkeypatch.undo()
    monkeypatch.setenv("PG_URL", postgres.url)
    assert night(settings, town).total("rows_loaded") == 1


def test_the_ledger_shows_the_source_without_its_credentials(
    settings: Settings, city: Callable[..., City], postgres: Postgres
) -> None:
    postgres.run("insert into demolitions (no, area, updated_at) values ('1', 1, now() - interval '1 min')")
    night(settings, city())
    ((source, window_from, window_to),) = rows(settings, "select source, window_from, window_to from ops.ledger")
    assert (source, window_from) == ("postgresql:///postgres", None)
    assert dt.datetime.fromisoformat(window_to).utcoffset() == dt.timedelta()
