"""Files of the inbox that are as they were are not read again; every other one is."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from pipelines.landing import hashed
from pipelines.landing.batches import file_sha256
from pipelines.readers.settled import YOUNG_SECONDS, state_of


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("create schema ops")
        connection.execute(hashed.TABLE)
        yield connection


@pytest.fixture
def still(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that has lain there for a while: the time of its last change cannot be set, but the clock can."""
    path = tmp_path / "a.csv"
    path.write_text("编号\n1\n", encoding="utf-8")
    later = time.time() + YOUNG_SECONDS + 1
    monkeypatch.setattr(time, "time", lambda: later)
    return path


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that were read for their hash, in turn."""
    found: list[Path] = []

    def reading(path: Path) -> str:
        found.append(path)
        return file_sha256(path)

    monkeypatch.setattr(hashed, "file_sha256", reading)
    return found


def ask(connection: duckdb.DuckDBPyConnection, path: Path) -> str:
    return hashed.sha256_of(connection, path, state_of(path))


def test_a_file_that_lies_still_is_read_once(
    connection: duckdb.DuckDBPyConnection, still: Path, read: list[Path]
) -> None:
    assert ask(connection, still) == ask(connection, still) == file_sha256(still)
    assert read == [still]


def overwritten(path: Path) -> None:
    """Other content of the same length, and the time of the old one put back."""
    before = path.stat()
    time.sleep(0.05)  # beyond a tick of the file system's clock
    path.write_text("编号\n2\n", encoding="utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def replaced(path: Path) -> None:
    other = path.with_name("b.csv")
    other.write_text("编号\n3\n", encoding="utf-8")
    other.replace(path)


@pytest.mark.parametrize("change", [overwritten, replaced])
def test_a_file_that_was_changed_is_read_again(
    connection: duckdb.DuckDBPyConnection, still: Path, change: Callable[[Path], None]
) -> None:
    before = ask(connection, still)
    change(still)
    assert before != ask(connection, still) == file_sha256(still)


def test_a_file_that_was_written_just_now_is_not_remembered(
    connection: duckdb.DuckDBPyConnection, still: Path, read: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "time", lambda: state_of(still)[2] / 1e9 + 1)
    assert ask(connection, still) == ask(connection, still)
    assert len(read) == 2


def test_a_file_that_is_written_while_it_is_read_is_not_remembered(
    connection: duckdb.DuckDBPyConnection, still: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reading(path: Path) -> str:
        digest = file_sha256(path)
        overwritten(path)
        return digest

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(hashed, "file_sha256", reading)
        ask(connection, still)
    assert ask(connection, still) == file_sha256(still)
