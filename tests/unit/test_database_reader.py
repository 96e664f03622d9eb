"""A database is read by half-open windows of its cursor, every cell as text, and is never written."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from pipelines.city import DatabaseSource
from pipelines.errors import BusyError, InputError, ProfileError
from pipelines.readers.database import public_address, read_database

PROFILE = DatabaseSource(kind="database", url="sqlite:///{inbox}/p.sqlite", query="select * from t", cursor="at")


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    connection = sqlite3.connect(tmp_path / "p.sqlite")
    connection.execute("create table t (id text, n integer, at text)")
    connection.executemany(
        "insert into t values (?, ?, ?)",
        [
            ("a", 1, "2017-01-01 00:00:00"),
            ("b", 2, "2017-01-02 00:00:00"),
            ("c", None, "2017-01-03 00:00:00"),
            ("d", 4, None),
        ],
    )
    connection.commit()
    connection.close()
    return tmp_path


def read(inbox: Path, since: str | None, until: str, profile: DatabaseSource = PROFILE) -> pl.DataFrame:
    extract = read_database(profile, inbox, since, until)
    chunks = list(extract.chunks)
    return pl.concat(chunks) if chunks else pl.DataFrame(schema=dict.fromkeys(extract.header, pl.String))


def test_the_first_window_takes_everything_before_its_end_and_rows_without_a_cursor(inbox: Path) -> None:
    assert sorted(read(inbox, None, "2017-01-03 00:00:00")["id"]) == ["a", "b", "d"]


def test_windows_that_meet_neither_lose_nor_double_a_row(inbox: Path) -> None:
    first = read(inbox, None, "2017-01-02 00:00:00")["id"].to_list()
    second = read(inbox, "2017-01-02 00:00:00", "2017-01-04 00:00:00")["id"].to_list()
    assert sorted(first + second) == ["a", "b", "c", "d"]


def test_every_cell_is_text(inbox: Path) -> None:
    assert read(inbox, None, "2018-01-01 00:00:00")["n"].to_list().count("1") == 1


def test_a_locked_database_is_busy_not_broken(inbox: Path) -> None:
    # SQLite's locks hold between processes, not inside one.
    hold = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); c.execute('begin exclusive'); "
    hold += "print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(inbox / "p.sqlite")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None and holder.stdout.readline() == "held\n"
        with pytest.raises(BusyError, match="locked"):
            read(inbox, None, "2018-01-01 00:00:00")
        holder.communicate()


def test_a_missing_database_is_an_input_error_and_is_not_made(inbox: Path) -> None:
    profile = PROFILE.model_copy(update={"url": "sqlite:///{inbox}/absent.sqlite"})
    with pytest.raises(InputError, match="does not exist"):
        read(inbox, None, "2018-01-01 00:00:00", profile)
    assert not (inbox / "absent.sqlite").exists()


def test_a_wrong_cursor_names_the_columns_there_are(inbox: Path) -> None:
    with pytest.raises(ProfileError, match="id, n, at"):
        read(inbox, None, "2018-01-01 00:00:00", PROFILE.model_copy(update={"cursor": "nope"}))


def test_an_unset_variable_of_the_address_is_named(inbox: Path) -> None:
    with pytest.raises(ProfileError, match="PLATFORM_DB_PASSWORD"):
        read(inbox, None, "2018-01-01", PROFILE.model_copy(update={"url": "sqlite:///${PLATFORM_DB_PASSWORD}"}))


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("sqlite:////data/inbox/platform/p.sqlite", "sqlite:platform/p.sqlite"),
        ("postgresql://user:geheim@db.local:5432/dcm?password=geheim", "postgresql://db.local:5432/dcm"),
    ],
)
def test_an_address_is_shown_without_credentials_and_without_the_machines_paths(url: str, shown: str) -> None:
    assert public_address(url, Path("/data/inbox")) == shown
