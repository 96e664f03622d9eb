"""A database is read by half-open windows of its cursor, every cell as text, and is never written: what holds of every kind, seen in SQLite."""

import datetime as dt
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from pydantic import ValidationError

from pipelines.city import DatabaseSource
from pipelines.errors import BusyError, InputError, ProfileError
from pipelines.readers import database
from pipelines.readers.address import database_address
from pipelines.readers.database import WindowExtract, read_database
from pipelines.readers.sql.windows import Night

PROFILE = DatabaseSource(kind="database", url="sqlite:///{inbox}/p.sqlite", query="select * from t", cursor="at")
ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    with sqlite3.connect(tmp_path / "p.sqlite") as connection:
        connection.execute("create table t (id text, n integer, at text, blob blob)")
        rows = [
            ("a", 1, "2017-01-01 00:00:00", b"\xff\x00"), ("b", 2, "2017-01-02 00:00:00", None),
            ("c", None, "2017-01-03 00:00:00", None), ("d", 4, None, None),
        ]  # fmt: skip
        connection.executemany("insert into t values (?, ?, ?, ?)", rows)
    return tmp_path


def ask(inbox: Path, last: str | None, day: str, source: DatabaseSource = PROFILE) -> WindowExtract | None:
    night = Night(dt.date.fromisoformat(day), ZONE, last)
    return read_database(source, database_address(source.url, inbox), night)


def read(inbox: Path, last: str | None, day: str, **changes: Any) -> pl.DataFrame:
    extract = ask(inbox, last, day, PROFILE.model_copy(update=changes))
    assert extract is not None
    chunks = list(extract.chunks)
    return pl.concat(chunks) if chunks else pl.DataFrame(schema=dict.fromkeys(extract.header, pl.String))


def test_the_first_window_takes_everything_before_its_end_and_rows_without_a_cursor(inbox: Path) -> None:
    assert sorted(read(inbox, None, "2017-01-02")["id"]) == ["a", "b", "d"]


def test_windows_that_meet_neither_lose_nor_double_a_row(inbox: Path) -> None:
    first = ask(inbox, None, "2017-01-01")
    assert first is not None
    ids = [identity for chunk in first.chunks for identity in chunk["id"]]
    assert sorted(ids + read(inbox, first.window_to, "2017-01-03")["id"].to_list()) == ["a", "b", "c", "d"]


def test_a_night_that_was_read_already_has_no_window(inbox: Path) -> None:
    assert ask(inbox, "2017-01-02 00:00:00", "2017-01-01") is None


def test_every_cell_is_text_and_bytes_are_written_in_hex(inbox: Path) -> None:
    row = read(inbox, None, "2017-01-01").row(by_predicate=pl.col("id") == "a", named=True)
    assert (row["n"], row["blob"]) == ("1", "\\xff00")


def test_a_number_as_cursor_is_read_to_its_highest_and_not_by_days(inbox: Path) -> None:
    first = ask(inbox, None, "2011-01-01", PROFILE.model_copy(update={"cursor": "n", "settle_seconds": 0}))
    assert first is not None and first.window_to == "5"
    assert sum(chunk.height for chunk in first.chunks) == 4
    assert ask(inbox, "5", "2011-01-01", PROFILE.model_copy(update={"cursor": "n"})) is None


def test_a_row_that_was_to_appear_below_the_highest_number_is_waited_for(
    inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle, waits = 7, threading.Event.wait

    def commits_meanwhile(event: threading.Event, timeout: float | None = None) -> bool:
        if timeout != settle:
            return waits(event, timeout)
        # In a process of its own: SQLite's locks do not hold between two libraries in one.
        insert = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute(\"insert into t values ('late', 3, null, null)\"); c.commit()"
        subprocess.run([sys.executable, "-c", insert, str(inbox / "p.sqlite")], check=True)
        return False

    monkeypatch.setattr("threading.Event.wait", commits_meanwhile)
    ids = [row["id"] for row in read(inbox, None, "2017-01-01", cursor="n", settle_seconds=settle).to_dicts()]
    assert ids.count("late") == 1


def test_an_overlap_reads_the_end_of_the_last_window_again(inbox: Path) -> None:
    again = read(inbox, "2017-01-03 00:00:00", "2017-01-03", overlap_seconds=86_400)
    assert again["id"].to_list() == ["b", "c"]


def test_a_locked_database_is_busy_not_broken(inbox: Path) -> None:
    # SQLite's locks hold between processes, not inside one.
    hold = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); c.execute('begin exclusive'); "
    hold += "print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(inbox / "p.sqlite")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None and holder.stdout.readline() == "held\n"
        with pytest.raises(BusyError, match="locked"):
            read(inbox, None, "2018-01-01")
        holder.communicate()


def test_a_missing_database_is_an_input_error_and_is_not_made(inbox: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        read(inbox, None, "2018-01-01", url="sqlite:///{inbox}/absent.sqlite")
    assert not (inbox / "absent.sqlite").exists()


def test_a_wrong_cursor_names_the_columns_there_are(inbox: Path) -> None:
    with pytest.raises(ProfileError, match="id, n, at"):
        read(inbox, None, "2018-01-01", cursor="nope")


def test_a_column_of_two_kinds_cannot_be_the_cursor(inbox: Path) -> None:
    with sqlite3.connect(inbox / "p.sqlite") as connection:
        connection.execute("update t set n = 'x' where id = 'a'")
    with pytest.raises(ProfileError, match="integer / text"):
        read(inbox, None, "2018-01-01", cursor="n")


def test_an_unknown_table_is_the_profiles_fault(inbox: Path) -> None:
    with pytest.raises(ProfileError, match="no such table"):
        read(inbox, None, "2018-01-01", query="select * from absent")


def test_a_query_that_takes_too_long_is_given_up(inbox: Path) -> None:
    endless = "with recursive r(at) as (select 1 union all select at + 1 from r where at < 10000000) select at from r"
    with pytest.raises(InputError, match="longer than 1 seconds"):
        read(inbox, None, "2018-01-01", query=endless, timeout_seconds=1, settle_seconds=0)


def test_a_reader_that_walks_away_leaves_no_thread_behind(inbox: Path) -> None:
    before = set(threading.enumerate())
    extract = ask(inbox, None, "2018-01-01")
    assert extract is not None
    extract.chunks.close()  # type: ignore[attr-defined]
    assert set(threading.enumerate()) <= before


@pytest.mark.parametrize(
    "query",
    [
        "delete from t",
        "select 1; delete from t",
        "select 1) as x; delete from t; select * from (select 1",
        "drop table t",
    ],
)
def test_a_query_that_is_not_one_select_is_refused_with_the_profile(query: str) -> None:
    with pytest.raises(ValidationError, match="select"):
        DatabaseSource(kind="database", url="sqlite:///p", query=query, cursor="at")


def test_what_looks_like_a_second_statement_inside_a_text_is_let_through(inbox: Path) -> None:
    query = "select * from t where id <> ';)' -- all of them; really\n;"
    source = DatabaseSource(kind="database", url="sqlite:///{inbox}/p.sqlite", query=query, cursor="at")
    extract = ask(inbox, None, "2017-01-03", source)
    assert extract is not None and sum(chunk.height for chunk in extract.chunks) == 4


def test_databases_that_nobody_has_a_driver_for_are_named(inbox: Path) -> None:
    with pytest.raises(ProfileError, match="'dbase' are not read"):
        read(inbox, None, "2018-01-01", url="dbase://host/x")


@pytest.mark.parametrize(("kind", "extra"), [("oracle", "oracle"), ("mssql", "mssql")])
def test_a_driver_that_is_not_installed_is_named_with_what_installs_it(
    kind: str, extra: str, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("oracledb", "pymssql"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(database.ChengguanError) as caught:
        read(inbox, None, "2018-01-01", url=f"{kind}://host/x")
    assert f"chengguan-warehouse[{extra}]" in caught.value.remedy_en
