"""A database whose server ends the session at a random moment of the night: nothing of the batch stays, the next run brings all of it.

A source's every other way to fail (no answer, a broken answer, a changed table) is tried beside the reader of its kind.
"""

import datetime as dt
import random
import threading
import time
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest

from pipelines.city import City
from pipelines.errors import BusyError
from pipelines.landing.conservation import check_conservation
from pipelines.landing.ingest import FeedResult, ingest_feed
from pipelines.landing.store import read_connection
from pipelines.settings import Settings
from tests.databases import Postgres
from tests.faults.results import record, times
from tests.unit.conftest import postgres  # noqa: F401

FEED = """
feed = "demolitions"
[source]
kind = "database"
url = "${PG_URL}"
query = "select no, 'W' as case_no, '2017-01-05' as day, area, repeat('x', 4000) as method, updated_at from demolitions"
cursor = "updated_at"
settle_seconds = 0
[drift]
unknown_columns = "ignore"
[columns]
demolition_no = { from = ["no"] }
building_case_no = { from = ["case_no"] }
demolished_on = { from = ["day"] }
demolished_area_m2 = { from = ["area"] }
"""
ROWS = 20_000


class Reaper(threading.Thread):
    """Ends the reading session once, a random while after it has appeared."""

    def __init__(self, server: Postgres, chance: random.Random) -> None:
        super().__init__(daemon=True)
        self.server, self.wait, self.killed, self.over = server, chance.uniform(0, 0.6), False, threading.Event()

    def run(self) -> None:
        reading = "from pg_stat_activity where application_name = 'chengguan'"
        while not self.over.is_set() and not self.server.rows(f"select 1 {reading}"):
            time.sleep(0.005)
        self.over.wait(self.wait)
        self.killed = bool(self.server.rows(f"select pg_terminate_backend(pid) {reading}"))


@pytest.mark.slow
def test_a_session_that_ends_at_any_moment_costs_nothing(
    settings: Settings,
    write_city: Callable[..., City],
    postgres: Postgres,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PG_URL", postgres.url)
    postgres.run(
        "drop table if exists demolitions",
        "create table demolitions (no text primary key, area int, updated_at timestamptz default now())",
    )
    city, chance = write_city(FEED), random.Random(20171)
    begun, deaths, wanted, recovery, nights = time.monotonic(), 0, times(2, 60), 0.0, 0

    def night() -> FeedResult:
        return ingest_feed(settings, city, "demolitions", dt.datetime.now(ZoneInfo("Asia/Shanghai")).date())

    while deaths < wanted:
        nights += 1
        assert nights < 20 + 4 * wanted, "the session is over before it can be ended"
        # Every night has all rows changed, so that there is as much to lose.
        postgres.run(
            "delete from demolitions",
            f"insert into demolitions select g, {nights}, now() - interval '1 s' from generate_series(1, {ROWS}) g",
        )
        time.sleep(1.1)
        reaper = Reaper(postgres, chance)
        reaper.start()
        broken = night()
        reaper.over.set()
        reaper.join()
        assert all(isinstance(problem, BusyError) for problem in broken.problems)
        if broken.problems:
            assert reaper.killed and broken.total("rows_loaded") == 0
            deaths += 1
            again = time.monotonic()
            assert night().problems == []
            recovery = max(recovery, time.monotonic() - again)
        with read_connection(settings) as connection:
            [(rows, areas)] = connection.execute(
                "select count(*), count(*) filter (demolished_area_m2 = ?) from raw.demolitions where _superseded_by_seq is null",
                [nights],
            ).fetchall()
        assert (rows, areas) == (ROWS, ROWS)
        assert check_conservation(settings) == []
    record(
        "sources_dying",
        "数据源读到一半断开",
        "a source whose session ends half way",
        times=deaths,
        lost=0,
        seconds=time.monotonic() - begun,
        recovery_seconds=recovery,
        measured={"rows a night": f"{ROWS:,}"},
    )
