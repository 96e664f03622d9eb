"""PostgreSQL, a real one: every type as text, nothing written, every fault said plainly and in bounded time."""

import datetime as dt
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
from pipelines.readers.sql import postgres as module
from pipelines.readers.sql.windows import Night
from tests.databases import PASSWORD, Postgres, Silent, free_port

ZONE = ZoneInfo("Asia/Shanghai")


def read(url: str, query: str, cursor: str = "at", last: str | None = None, **more: Any) -> pl.DataFrame:
    source = DatabaseSource(kind="database", url=url, query=query, cursor=cursor, **{"settle_seconds": 0, **more})
    night = Night(dt.datetime.now(ZONE).date(), ZONE, last)
    extract = read_database(source, database_address(url, Path("/inbox")), night)
    assert extract is not None
    return pl.concat(list(extract.chunks))


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("123456789012345678901234.5600::numeric", "123456789012345678901234.5600"),
        ("timestamp '2017-01-01 08:00:00.123456'", "2017-01-01 08:00:00.123456"),
        ("timestamptz '2017-01-01 08:00:00.5+05:30'", "2017-01-01 02:30:00.5+00"),
        ("date '2017-02-03'", "2017-02-03"),
        ("true", "true"),
        ("0.1::float8", "0.1"),
        ("'\\x00ff'::bytea", "\\x00ff"),
        ("array['a', null, 'b,c']", '{a,NULL,"b,c"}'),
        ("""'{"a": 1.10}'::jsonb""", '{"a": 1.10}'),
        ("interval '1 day 2 hours'", "P1DT2H"),
        ("'  中文\n'::text", "  中文\n"),
        ("null::text", None),
    ],
)
def test_every_type_is_read_as_exact_text(postgres: Postgres, expression: str, text: str | None) -> None:
    postgres.run("alter role postgres set timezone = 'UTC'")
    frame = read(postgres.url, f'select {expression} as "Val""ue", date \'2017-01-01\' as at')
    assert frame['Val"ue'].to_list() == [text]


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("timestamptz", ["'2017-01-01 00:00:00.000001+00'", "'2017-01-02 00:00+00'"]),
        ("timestamp", ["'2017-01-01 00:00:00.000001'", "'2017-01-02 00:00'"]),
        ("date", ["'2017-01-01'", "'2017-01-02'"]),
        ("bigint", ["9", "10"]),
        ("text", ["'2017-01-01 00:00:00'", "'2017-01-02 00:00:00'"]),
    ],
)
def test_a_window_ends_before_its_bound_and_the_next_begins_with_it(
    postgres: Postgres, kind: str, values: list[str]
) -> None:
    rows = ", ".join(f"({at}, {value}::{kind})" for at, value in enumerate([*values, "null"]))
    query = f"select * from (values {rows}) as v (id, at)"
    assert read(postgres.url, query)["id"].sort().to_list() == ["0", "1", "2"]
    bound = {"timestamptz": "2017-01-02 00:00:00+00:00", "date": "2017-01-02", "bigint": "10"}
    assert read(postgres.url, query, last=bound.get(kind, "2017-01-02 00:00:00"))["id"].to_list() == ["1"]


def test_the_session_cannot_write(postgres: Postgres) -> None:
    postgres.run("create sequence if not exists drawn")
    with pytest.raises(ProfileError, match="read-only"):
        read(postgres.url, "select nextval('drawn') as at")


def test_an_account_that_needs_a_password_is_let_in_whatever_its_characters(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DB_PASSWORD", PASSWORD)
    url = "postgresql://reader:${DB_PASSWORD}@" + postgres.place
    assert read(url, "select current_user::text as who, 1 as at")["who"].to_list() == ["reader"]


@pytest.mark.parametrize("place", ["login", "table", "column", "host", "port"])
def test_a_fault_is_said_in_both_languages_without_user_and_password(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.setenv("DB_PASSWORD", "wr0ng-secret" if place == "login" else PASSWORD)
    where = {"host": "no-such-host.invalid/postgres", "port": f"127.0.0.1:{free_port()}/postgres"}
    url = "postgresql://reader:${DB_PASSWORD}@" + where.get(place, postgres.place)
    query = {"table": "select * from absent", "column": "select absent, now() as at from pg_class"}
    with pytest.raises(ChengguanError) as caught:
        read(url, query.get(place, "select 1 as at"))
    expected = {"login": InputError, "host": BusyError, "port": BusyError}.get(place, ProfileError)
    assert type(caught.value) is expected
    shown = caught.value.render()
    assert caught.value.remedy_zh and caught.value.remedy_en and caught.value.__cause__ is None
    assert not any(secret in shown for secret in ("reader", "wr0ng-secret", PASSWORD))


def test_a_query_that_takes_too_long_is_ended_at_the_server_too(postgres: Postgres) -> None:
    with pytest.raises(InputError, match="longer than 1 seconds"):
        read(postgres.url, "select pg_sleep(30), 1 as at from generate_series(1, 9)", timeout_seconds=1)
    running = "select count(*) from pg_stat_activity where state = 'active' and query like '%pg_sleep(30)%' and pid <> pg_backend_pid()"
    assert postgres.rows(running) == [(0,)]


def test_a_server_that_accepts_and_says_nothing_counts_as_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CONNECT_SECONDS", 2)
    with Silent() as port, pytest.raises(BusyError, match="timeout expired"):
        read(f"postgresql://postgres@127.0.0.1:{port}/x", "select 1 as at")


def test_even_a_driver_that_waits_for_ever_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "ANSWER_SECONDS", 0.2)
    monkeypatch.setattr("pipelines.readers.in_time.FAREWELL", 0.1)
    with Silent() as port, pytest.raises(BusyError, match=r"no answer in 0\.2 seconds"):
        read(f"postgresql://postgres@127.0.0.1:{port}/x", "select 1 as at")


def test_a_lower_case_alias_a_comment_and_a_semicolon_do_no_harm(postgres: Postgres) -> None:
    assert read(postgres.url, "select 1 as at, ';' as mark; -- done")["mark"].to_list() == [";"]
