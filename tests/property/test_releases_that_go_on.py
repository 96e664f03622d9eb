"""A release that goes on from the last one holds what one written whole would hold, and leaves the last one as it was."""

import datetime as dt
import hashlib
import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any
from unittest.mock import patch

import duckdb
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from pipelines.publish import going_on, package, parts
from pipelines.publish.contents import Served
from pipelines.publish.release import _LIBRARIES, version

CASES = Served("core", "fct_case", "cases", {"n": "a number"}, parts="reported_on")
SMALL = Served("marts", "totals", "totals")
TABLES = [SMALL, CASES]
FIRST = dt.date(2017, 6, 5)
#: Weeks of which a night changes, adds or takes away rows; some of no date.
_rows = st.tuples(st.one_of(st.none(), st.integers(0, 120)), st.integers(0, 3), st.sampled_from(["a", "b", None]))
_nights = st.lists(
    st.tuples(st.lists(_rows, max_size=6), st.integers(0, 119), st.integers(0, 2), st.booleans()),
    min_size=1,
    max_size=4,
)


def about(number: int, held: Sequence[Any]) -> dict[str, Any]:
    return {
        "id": f"20170925.{number}", "as_of": "2017-09-25", "city": {"id": "probe", "name_zh": "测试市", "name_en": "Probe"},
        "created_at_utc": "2017-09-25T00:00:00Z", "code_version": "1", "content_digest": "d", "storage_version": package.STORAGE_VERSION,
        "libraries": {name: version(name) for name in _LIBRARIES}, "tables": [one.as_dict() for one in held],
    }  # fmt: skip


class Releases:
    """A build of two tables, one in parts, and its releases, each gone on from the one before where that is allowed."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.made = folder, 0
        self.last: tuple[Path, dict[str, Any]] | None = None
        self.con = duckdb.connect()
        self.con.execute("ATTACH ':memory:' AS build; CREATE SCHEMA build.core; CREATE SCHEMA build.marts")
        self.con.execute(
            f"""CREATE TABLE build.core.fct_case AS
                SELECT range AS n, DATE '{FIRST}' + (range % 120)::INTEGER AS reported_on, 'a' AS said FROM range(2000);
                CREATE TABLE build.marts.totals AS SELECT 1 AS n"""
        )
        self.con.execute("CREATE SCHEMA memory.meta")

    def publish(self) -> tuple[Path, going_on.Base | None]:
        self.made += 1
        folder = self.folder / str(self.made)
        folder.mkdir()
        held = package.contents(self.con, TABLES)
        base = (
            going_on.base(self.last[0] / package.FILE_NAME, self.last[1], held, package.STORAGE_VERSION)
            if self.last
            else None
        )
        told = about(self.made, held)
        assert package.write(self.con, folder, TABLES, held, about=told, base=base) == held
        told["file"] = going_on.told(folder / package.FILE_NAME, base)
        self.last = folder, json.loads(json.dumps(told))
        return folder, base

    def copied_ahead(self) -> AbstractContextManager[None]:
        """What a night does while it builds the models."""
        assert self.last is not None
        return going_on.copied_ahead(self.last[0] / package.FILE_NAME, self.last[1], package.STORAGE_VERSION)

    @property
    def waiting(self) -> list[str]:
        """Copies that were made ahead, whole or not."""
        return sorted(path.name for path in self.folder.glob(".*"))

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return sorted(self.con.execute(query).fetchall(), key=repr)


@pytest.fixture(autouse=True)
def _few_rows_are_many() -> Iterator[None]:
    with patch.object(parts, "MOST_ROWS_WHOLE", 1000):
        yield


def inodes(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_ino for path in (folder / "parquet/core/fct_case").iterdir()}


@given(_nights)
@hypothesis(max_examples=15, deadline=None)
def test_each_release_holds_what_the_build_holds_and_the_one_before_stays_as_it_was(
    nights: list[tuple[list[Any], int, int, bool]],
) -> None:
    with tempfile.TemporaryDirectory() as scratch, patch.object(parts, "MOST_ROWS_WHOLE", 1000):
        world = Releases(Path(scratch))
        folder, _ = world.publish()
        for come, gone, total, is_copied_ahead in nights:
            before = hashlib.sha256((folder / package.FILE_NAME).read_bytes()).hexdigest()
            with world.copied_ahead() if is_copied_ahead else nullcontext():
                pass
            world.con.execute(f"DELETE FROM build.core.fct_case WHERE reported_on = DATE '{FIRST}' + {gone}")
            world.con.executemany(
                f"INSERT INTO build.core.fct_case VALUES (?, DATE '{FIRST}' + ?::INTEGER, ?)",
                [(number, day, said) for day, number, said in come] or [(1, 1, "c")],
            )
            world.con.execute(f"UPDATE build.marts.totals SET n = {total}")
            fresh, base = world.publish()
            assert base is not None
            assert world.waiting == []
            wanted = world.rows("FROM build.core.fct_case")
            world.con.execute(f"ATTACH '{fresh / package.FILE_NAME}' AS written (READ_ONLY)")
            assert world.rows("FROM written.core.fct_case") == wanted
            assert world.rows("FROM written.marts.totals") == [(total,)]
            assert world.rows("SELECT release_id FROM written.meta.release") == [(f"20170925.{world.made}",)]
            world.con.execute("DETACH written")
            assert world.rows(f"FROM '{fresh}/parquet/core/fct_case/*.parquet'") == wanted
            assert world.rows(f"FROM '{fresh}/parquet/marts/totals.parquet'") == [(total,)]
            assert hashlib.sha256((folder / package.FILE_NAME).read_bytes()).hexdigest() == before
            folder = fresh


def test_only_weeks_that_changed_are_written_again(tmp_path: Path) -> None:
    world = Releases(tmp_path)
    first, _ = world.publish()
    world.con.execute(
        "UPDATE build.core.fct_case SET said = 'b' WHERE n = 7; INSERT INTO build.core.fct_case VALUES (9, NULL, 'c')"
    )
    second, base = world.publish()
    assert base is not None
    before, now = inodes(first), inodes(second)
    assert {name for name in now if now[name] != before.get(name)} == {"2017-06-12.parquet", "undated.parquet"}
    assert (first / "parquet/marts/totals.parquet").stat().st_ino == (
        second / "parquet/marts/totals.parquet"
    ).stat().st_ino


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE build.core.fct_case ADD COLUMN more INTEGER",
        "UPDATE build.core.fct_case SET said = 'z'",
        "DELETE FROM build.core.fct_case WHERE n > 500",
    ],
)
def test_where_most_is_another_it_is_written_whole(tmp_path: Path, change: str) -> None:
    world = Releases(tmp_path)
    world.publish()
    world.con.execute(change)
    folder, base = world.publish()
    assert base is None
    world.con.execute(f"ATTACH '{folder / package.FILE_NAME}' AS written (READ_ONLY)")
    assert world.rows("FROM written.core.fct_case") == world.rows("FROM build.core.fct_case")


def test_after_thirty_nights_in_a_row_the_file_is_written_whole(tmp_path: Path) -> None:
    world = Releases(tmp_path)
    wholes = []
    for night in range(33):
        if world.publish()[1] is None:
            wholes.append(night)
        world.con.execute(f"UPDATE build.core.fct_case SET said = '{night}' WHERE n = {night}")
    assert wholes == [0, 31]


def test_a_file_that_has_grown_by_a_quarter_is_written_whole(tmp_path: Path) -> None:
    world = Releases(tmp_path)
    world.publish()
    assert world.last is not None
    world.last[1]["file"]["whole_bytes"] = 1
    with patch.object(going_on, "_NO_MATTER_BYTES", 0):
        assert world.publish()[1] is None


def test_a_file_of_another_engine_is_not_gone_on_from(tmp_path: Path) -> None:
    world = Releases(tmp_path)
    world.publish()
    assert world.last is not None
    world.last[1]["libraries"]["duckdb"] = "0.0"
    assert world.publish()[1] is None


def test_a_part_that_differs_unseen_is_an_error(tmp_path: Path) -> None:
    world = Releases(tmp_path)
    folder, _ = world.publish()
    with duckdb.connect(str(folder / package.FILE_NAME)) as con:
        con.execute("DELETE FROM core.fct_case WHERE n = 100")
    world.con.execute("UPDATE build.core.fct_case SET said = 'b' WHERE n = 7")
    with pytest.raises(RuntimeError, match="fct_case has other rows than its parts together had"):
        world.publish()


def test_a_copy_made_ahead_becomes_the_next_release(tmp_path: Path) -> None:
    world = Releases(tmp_path)
    world.publish()
    with world.copied_ahead():
        pass
    assert world.waiting == [".writing-ahead-1"]
    copied = (tmp_path / ".writing-ahead-1").stat().st_ino
    folder, _ = world.publish()
    assert (folder / package.FILE_NAME).stat().st_ino == copied


def test_a_night_that_breaks_off_leaves_no_half_copy(tmp_path: Path) -> None:
    world = Releases(tmp_path)
    world.publish()
    with patch.object(going_on, "_AT_ONCE_BYTES", 1), pytest.raises(KeyboardInterrupt), world.copied_ahead():
        raise KeyboardInterrupt
    assert world.waiting == []


def test_a_copy_of_an_earlier_release_makes_room_for_that_of_the_last(tmp_path: Path) -> None:
    world = Releases(tmp_path)
    (tmp_path / ".writing-ahead-0").write_text("of a release that was gone on from by nobody")
    world.publish()
    with world.copied_ahead():
        pass
    assert world.waiting == [".writing-ahead-1"]


def test_a_disk_with_little_room_is_left_to_the_models(tmp_path: Path) -> None:
    world = Releases(tmp_path)
    world.publish()
    with patch.object(going_on, "_ROOM", 1 << 40), world.copied_ahead():
        pass
    assert world.waiting == []
    assert world.publish()[1] is not None


def test_where_no_table_is_in_parts_nothing_is_copied(tmp_path: Path) -> None:
    with patch.object(parts, "MOST_ROWS_WHOLE", 1_000_000):
        world = Releases(tmp_path)
        world.publish()
        with world.copied_ahead():
            pass
        assert world.waiting == []
