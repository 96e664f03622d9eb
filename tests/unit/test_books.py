"""The copy of the history beside landing: what is frozen is not written again for what came beside it, and the copy holds what the build file does."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from pipelines.landing import books
from pipelines.settings import Settings

FROZEN, GROWING = "core.fct_evaluation_frozen_case", "core.agg_forecast_frozen"


@pytest.fixture
def home(tmp_path: Path) -> tuple[Settings, duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(str(tmp_path / "build.duckdb"))
    connection.execute("create schema core")
    for table in (FROZEN, GROWING):
        connection.execute(f"create table {table} as select 1 as no")
    return Settings(home=tmp_path), connection


def _copied(settings: Settings, table: str) -> list[tuple[int]]:
    file = books.frozen_file(settings) if table == FROZEN else books.history_file(settings)
    with duckdb.connect(str(file), read_only=True) as copy:
        return copy.execute(f"select no from {table} order by no").fetchall()


def test_a_table_that_has_grown_is_written_again_and_one_that_has_not_is_left(
    home: tuple[Settings, duckdb.DuckDBPyConnection],
) -> None:
    settings, connection = home
    books.keep_history(settings, connection)
    # Only what was not read again can still be another in the copy: rows of frozen tables never change.
    connection.execute(f"update {FROZEN} set no = 7")
    connection.execute(f"insert into {GROWING} values (2)")
    books.keep_history(settings, connection)
    assert (_copied(settings, FROZEN), _copied(settings, GROWING)) == ([(1,)], [(1,), (2,)])
    connection.execute(f"insert into {FROZEN} values (8)")
    books.keep_history(settings, connection)
    assert (_copied(settings, FROZEN), _copied(settings, GROWING)) == ([(7,), (8,)], [(1,), (2,)])


@pytest.mark.parametrize("table", [FROZEN, GROWING])
def test_a_table_that_is_gone_is_gone_from_the_copies(
    home: tuple[Settings, duckdb.DuckDBPyConnection], table: str
) -> None:
    settings, connection = home
    books.keep_history(settings, connection)
    connection.execute(f"drop table {table}")
    books.keep_history(settings, connection)
    held = []
    for file in (books.history_file(settings), books.frozen_file(settings)):
        with duckdb.connect(str(file), read_only=True) as copy:
            held += books.history_tables(copy)
    assert held == [one for one in (FROZEN, GROWING) if one != table]


@pytest.mark.parametrize(("file", "table"), [(books.frozen_file, FROZEN), (books.history_file, GROWING)])
def test_a_copy_that_cannot_be_read_is_written_anew(
    home: tuple[Settings, duckdb.DuckDBPyConnection], file: Callable[[Settings], Path], table: str
) -> None:
    settings, connection = home
    books.keep_history(settings, connection)
    file(settings).write_bytes(b"broken")
    books.keep_history(settings, connection)
    assert _copied(settings, table) == [(1,)]


def test_what_dbt_notes_for_itself_is_in_no_book(home: tuple[Settings, duckdb.DuckDBPyConnection]) -> None:
    _, connection = home
    connection.execute(
        "create schema ops; create table ops.ledger (a int); create table ops.touched_cases (case_id varchar)"
    )
    assert books.book_tables(connection) == ["ops.ledger"]
