"""MariaDB, a real one, through SQLAlchemy: text as the server sends it, streamed, nothing written, faults said plainly."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from pipelines.city import DatabaseSource
from pipelines.errors import BusyError, ChengguanError, InputError, ProfileError
from pipelines.readers import database
from pipelines.readers.address import database_address
from pipelines.readers.database import read_database
from pipelines.readers.sql.alchemy import as_text
from pipelines.readers.sql.windows import Night
from tests.databases import PASSWORD, MariaDb, Silent, free_port

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def url(mariadb: MariaDb, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("DB_PASSWORD", PASSWORD)
    yield f"mariadb://reader:${{DB_PASSWORD}}@127.0.0.1:{mariadb.port}/city"


def read(url: str, query: str, last: str | None = None, day: str = "2017-09-25", **more: Any) -> pl.DataFrame:
    source = DatabaseSource(kind="database", url=url, query=query, cursor="at", **{"settle_seconds": 0, **more})
    night = Night(dt.date.fromisoformat(day), ZONE, last)
    extract = read_database(source, database_address(url, Path("/inbox")), night)
    assert extract is not None
    return pl.concat(list(extract.chunks))


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("cast(12.50 as decimal(20, 4))", "12.5000"),
        ("timestamp '2017-01-01 08:00:00.123456'", "2017-01-01 08:00:00.123456"),
        ("time '-30:00:01'", "-30:00:01"),
        ("true", "1"),
        ("'50% of :them'", "50% of :them"),
        ("'中文 🙂'", "中文 🙂"),
        ("null", None),
    ],
)
def test_every_type_is_read_as_exact_text(url: str, expression: str, text: str | None) -> None:
    assert read(url, f"select {expression} as v, date '2017-01-01' as at")["v"].to_list() == [text]


def test_a_window_ends_before_its_bound_and_the_next_begins_with_it(url: str, mariadb: MariaDb) -> None:
    mariadb.run(
        "drop table if exists city.t", "create table city.t (id int, at datetime(6))",
        "insert into city.t values (0, '2017-09-25 23:59:59.999999'), (1, '2017-09-26 00:00:00'), (2, null)",
    )  # fmt: skip
    assert read(url, "select * from t")["id"].sort().to_list() == ["0", "2"]
    assert read(url, "select * from t", "2017-09-26 00:00:00", "2017-09-26")["id"].to_list() == ["1"]


def test_more_rows_than_one_chunk_come_in_the_cursors_order(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.readers.sql.alchemy.CHUNK_ROWS", 100)
    frame = read(url, "select seq as id, 1000 - seq as at from seq_1_to_950")
    assert frame["id"].to_list() == [str(n) for n in range(950, 0, -1)]
    assert frame["_source_row"].to_list() == list(range(1, 951))


def test_the_session_cannot_write(url: str, mariadb: MariaDb) -> None:
    mariadb.run("create or replace sequence city.drawn", "grant insert on city.* to reader@'127.0.0.1'")
    with pytest.raises(ProfileError, match="READ ONLY"):
        read(url, "select nextval(drawn) as at")


@pytest.mark.parametrize("place", ["login", "table", "column", "host"])
def test_a_fault_is_said_in_both_languages_without_user_and_password(
    url: str, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    if place == "login":
        monkeypatch.setenv("DB_PASSWORD", "wr0ng-secret")
    if place == "host":
        url = f"mysql://reader:${{DB_PASSWORD}}@127.0.0.1:{free_port()}/city"
    query = {"table": "select * from absent", "column": "select absent, 1 as at from seq_1_to_2"}
    with pytest.raises(ChengguanError) as caught:
        read(url, query.get(place, "select 1 as at"))
    assert type(caught.value) is {"login": InputError, "host": BusyError}.get(place, ProfileError)
    shown = caught.value.render()
    assert caught.value.remedy_zh and caught.value.remedy_en and caught.value.__cause__ is None
    assert not any(secret in shown for secret in ("reader", "wr0ng-secret", PASSWORD))


def test_a_query_that_takes_too_long_is_ended(url: str) -> None:
    with pytest.raises(InputError, match="longer than 1 seconds"):
        read(url, "select sleep(20) as s, seq as at from seq_1_to_9", timeout_seconds=1)


def test_a_session_that_is_killed_while_it_reads_counts_as_away(url: str, mariadb: MariaDb) -> None:
    source = DatabaseSource(
        kind="database", url=url, query="select seq as at, repeat('x', 1000) as v from seq_1_to_300000", cursor="at",
        settle_seconds=0,
    )  # fmt: skip
    extract = read_database(source, database_address(url, Path("/")), Night(dt.date(2017, 1, 1), ZONE))
    assert extract is not None
    next(extract.chunks)
    mariadb.run("kill user reader")
    with pytest.raises(BusyError, match="broke off"):
        list(extract.chunks)


def test_a_server_that_accepts_and_says_nothing_counts_as_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "ANSWER_SECONDS", 0.2)
    monkeypatch.setattr("pipelines.readers.in_time.FAREWELL", 0.1)
    with Silent() as port, pytest.raises(BusyError, match="no answer"):
        read(f"mysql://reader@127.0.0.1:{port}/x", "select 1 as at")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("1E+3"), "1000"), (True, "true"), (0.1, "0.1"), (b"\x00\xff", "\\x00ff"), (None, None),
        (dt.datetime(2017, 1, 1, 8, tzinfo=dt.UTC), "2017-01-01 08:00:00+00:00"),
        (dt.timedelta(hours=-30, microseconds=-5), "-30:00:00.000005"), ({"a": [Decimal("1.10")]}, '{"a": ["1.10"]}'),
    ],
)  # fmt: skip
def test_values_of_other_drivers_are_written_exactly(value: Any, text: str | None) -> None:
    assert as_text("c", [value]) == [text]


def test_a_value_that_has_no_one_text_is_refused_by_its_column() -> None:
    with pytest.raises(ProfileError) as caught:
        as_text("geometry", [object()])
    assert caught.value.where["column"] == "geometry"
