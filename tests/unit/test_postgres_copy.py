"""The copy of a release in PostgreSQL, a real one: everything that is served, whole or not at all, whatever readers do meanwhile."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import adbc_driver_postgresql.dbapi
import duckdb
import pytest

from pipelines.bi import postgres
from pipelines.bi.postgres_shape import OURS
from pipelines.errors import BusyError, SetupError
from tests.databases import PASSWORD, Postgres, encoded, free_port

RELEASE = "release_id varchar, content_digest varchar"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    server = Postgres(tmp_path_factory.mktemp("pg"))
    yield server
    server.stop()


@pytest.fixture
def database(server: Postgres) -> Iterator[Postgres]:
    yield server
    server.run(*(f"drop schema if exists {schema} cascade" for schema in ("marts", "core", "meta")))


def release(folder: Path, name: str, *statements: str) -> Path:
    """A release of that name that holds what the statements make."""
    path = folder / name
    path.mkdir()
    with duckdb.connect(str(path / "serving.duckdb")) as con:
        for schema in ("marts", "core", "meta"):
            con.execute(f"create schema {schema}")
        con.execute(f"create table meta.release ({RELEASE})")
        con.execute("insert into meta.release values (?, ?)", [name, f"digest of {name}"])
        for statement in statements:
            con.execute(statement)
    return path


def numbers(folder: Path, n: int) -> Path:
    """A release in which every row of two tables holds the same number."""
    return release(
        folder, f"r{n}", f"create table marts.a as select {n}::bigint as n from range(3000)",
        f"create table marts.b as select {n}::bigint as n, 'x' as t from range(2000)",
    )  # fmt: skip


def test_every_type_arrives_as_it_is_served_with_its_words(database: Postgres, tmp_path: Path) -> None:
    made = release(
        tmp_path, "r1",
        """create table marts.every as select 1::bigint as whole, 2::integer as small, 3.25::decimal(14, 2) as yuan, '中' as words,
           date '2017-09-25' as on_day, timestamp '2017-09-25 08:00:00.5' as moment, true as flag, 0.1::double as share, ['a', 'b'] as "open"
           union all select null, null, null, null, null, null, null, null, null""",
        "comment on table marts.every is '一张表\nit''s a table, C:\\temp'",
        "comment on column marts.every.yuan is '金额\nAmount'",
    )  # fmt: skip
    copied = postgres.publish(database.url, made)
    assert (copied.outcome, copied.release, copied.tables, copied.rows) == ("copied", "r1", 2, 3)
    assert database.rows("select * from marts.every order by whole") == [
        (1, 2, "3.25", "中", *database.rows("select date '2017-09-25', timestamp '2017-09-25 08:00:00.5'")[0], True, 0.1, ["a", "b"]),
        (None,) * 9,
    ]  # fmt: skip
    assert database.rows("select format_type(atttypid, atttypmod) from pg_attribute where attname = 'yuan'") == [
        ("numeric(14,2)",)
    ]
    said = "select obj_description('marts.every'::regclass), col_description('marts.every'::regclass, 3)"
    assert database.rows(said) == [("一张表\nit's a table, C:\\temp", "金额\nAmount")]


def test_the_same_release_is_not_written_twice(database: Postgres, tmp_path: Path) -> None:
    made = numbers(tmp_path, 1)
    postgres.publish(database.url, made)
    written = database.rows("select xmin::text from marts.a limit 1")
    assert postgres.publish(database.url, made).outcome == "unchanged"
    assert database.rows("select xmin::text from marts.a limit 1") == written


def test_the_shape_follows_the_release_and_rights_stay(database: Postgres, tmp_path: Path) -> None:
    first = release(
        tmp_path, "r1", "create table marts.t as select 1::bigint as kept, 'old' as gone, 2::integer as retyped",
        "create table marts.dropped as select 1 as n", "comment on column marts.t.retyped is 'said'",
    )  # fmt: skip
    second = release(
        tmp_path, "r2", "create table marts.t as select 'two' as retyped, 5::bigint as kept, true as added",
        "create table marts.fresh as select 1 as n", "comment on column marts.t.retyped is 'said'",
    )  # fmt: skip
    postgres.publish(database.url, first)
    database.run("grant select on marts.t to reader")
    postgres.publish(database.url, second)
    assert database.rows("select kept, retyped, added from marts.t") == [(5, "two", True)]
    columns = (
        "select column_name::text from information_schema.columns where table_schema = 'marts' and table_name = 't'"
    )
    assert {name for (name,) in database.rows(columns)} == {"kept", "retyped", "added"}
    assert database.rows("select table_name::text from information_schema.tables where table_schema = 'marts' order by 1") == [("fresh",), ("t",)]  # fmt: skip
    assert database.rows("select has_table_privilege('reader', 'marts.t', 'select')") == [(True,)]
    commented = "select col_description('marts.t'::regclass, attnum) from pg_attribute where attrelid = 'marts.t'::regclass and attname = 'retyped'"
    assert database.rows(commented) == [("said",)]


def test_readers_in_one_snapshot_never_see_two_releases(database: Postgres, tmp_path: Path) -> None:
    made = [numbers(tmp_path, n) for n in range(12)]
    postgres.publish(database.url, made[0])
    seen: list[tuple[Any, ...]] = []
    faults: list[str] = []
    over = threading.Event()

    def read() -> None:
        with adbc_driver_postgresql.dbapi.connect(database.url) as connection, connection.cursor() as cursor:
            while not over.is_set():
                try:
                    cursor.execute("set transaction isolation level repeatable read, read only")
                    view: list[Any] = []
                    for table in ("a", "b", "a"):
                        cursor.execute(f"select min(n), max(n), count(*) from marts.{table}")
                        view += cursor.fetchall()
                    seen.append(tuple(view))
                except adbc_driver_postgresql.dbapi.Error as fault:
                    faults.append(str(fault))
                connection.rollback()

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for one in made[1:]:
        postgres.publish(database.url, one)
    over.set()
    for reader in readers:
        reader.join()
    mixed = [view for view in seen if len({n for low, high, _ in view for n in (low, high)}) != 1]
    torn = [view for view in seen if [count for *_, count in view] != [3000, 2000, 3000]]
    assert (faults, mixed, torn) == ([], [], [])
    assert len({view[0][0] for view in seen}) > 4, "the readers saw several releases"


def test_a_copy_that_breaks_off_leaves_what_was_there(
    database: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    postgres.publish(database.url, numbers(tmp_path, 1))
    # A zero character can stand in a file of DuckDB, and in no text of PostgreSQL.
    second = release(tmp_path, "r2", "create table marts.a as select 2::bigint as n",
                     "create table marts.b as select 2::bigint as n, 'x' || chr(0) as t")  # fmt: skip
    with pytest.raises(SetupError, match="not affected"):
        postgres.publish(database.url, second)
    assert database.rows("select distinct n from marts.a") == [(1,)]
    assert database.rows("select release_id from meta.release") == [("r1",)]


def test_schemas_of_somebody_else_are_left_alone(database: Postgres, tmp_path: Path) -> None:
    database.run("create schema marts", "create table marts.theirs as select 1 as n")
    with pytest.raises(SetupError, match="not ours") as refused:
        postgres.publish(database.url, numbers(tmp_path, 1))
    assert refused.value.where["value"] == "marts"
    assert database.rows("select n from marts.theirs") == [(1,)]
    database.run(f"comment on schema marts is '{OURS}'")
    assert postgres.publish(database.url, tmp_path / "r1").outcome == "copied"


def test_a_view_that_depends_on_what_goes_is_named(database: Postgres, tmp_path: Path) -> None:
    postgres.publish(database.url, numbers(tmp_path, 1))
    database.run("create view public.theirs as select t from marts.b")
    second = release(tmp_path, "r2", "create table marts.a as select 2 as n", "create table marts.b as select 2 as n")
    try:
        with pytest.raises(SetupError, match="theirs"):
            postgres.publish(database.url, second)
    finally:
        database.run("drop view public.theirs")


def test_a_database_that_is_away_or_held_can_be_tried_again(database: Postgres, tmp_path: Path) -> None:
    made = numbers(tmp_path, 1)
    with pytest.raises(BusyError, match="not affected"):
        postgres.publish(f"postgresql://somebody@127.0.0.1:{free_port()}/none", made)
    with database.connection(autocommit=False) as held, held.cursor() as cursor:
        cursor.execute(f"select pg_advisory_xact_lock({postgres._LOCK})")
        with pytest.raises(BusyError, match="another process"):
            postgres.publish(database.url, made)


def test_no_message_holds_the_password(database: Postgres, tmp_path: Path) -> None:
    made = numbers(tmp_path, 1)
    secret = encoded(PASSWORD)
    for url in (
        f"postgresql://reader:{secret}@{database.place}",
        f"postgresql://reader:wrong-{secret}@{database.place}",  # pragma: allowlist secret
    ):
        with pytest.raises(SetupError) as refused:
            postgres.publish(url, made)
        said = json.dumps(refused.value.as_dict(), ensure_ascii=False)
        assert PASSWORD not in said and secret not in said
    with pytest.raises(SetupError, match="no address of a PostgreSQL"):
        postgres.publish("mysql://somebody:secret@host/db", made)  # pragma: allowlist secret
