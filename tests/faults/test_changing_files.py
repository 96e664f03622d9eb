"""A file that is written while it is read: never half read, left for the next run with a clear word, whole then."""

import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from pipelines.city import City
from pipelines.errors import InputError
from pipelines.landing import hashed, ingest
from pipelines.landing.conservation import check_conservation
from pipelines.landing.ingest import FeedResult, ingest_feed
from pipelines.landing.store import read_connection
from pipelines.readers import settled
from pipelines.readers.settled import is_being_written
from pipelines.settings import Settings
from tests.conftest import AS_OF
from tests.faults import results
from tests.faults.killing import left_behind

HEADER = "编号,违建编号,拆除日期,面积,方式\n"
ROW = "{0},W{0},2017-01-05,10.5,自拆\n"


@pytest.fixture
def city(settings: Settings, write_city: Callable[..., City]) -> City:
    (settings.inbox_dir / "demolitions").mkdir()
    return write_city()


@pytest.fixture
def file(settings: Settings, city: City) -> Path:
    path = settings.inbox_dir / "demolitions/a.csv"
    path.write_text(HEADER + "".join(ROW.format(at) for at in range(10)), encoding="utf-8")
    return path


def night(settings: Settings, city: City, paths: list[Path] | None = None) -> FeedResult:
    result = ingest_feed(settings, city, "demolitions", AS_OF, paths)
    assert check_conservation(settings) == []
    assert left_behind(settings.home) == []
    return result


def loaded(settings: Settings) -> int:
    with read_connection(settings) as connection:
        [(rows,)] = connection.execute("select count(*) from raw.demolitions").fetchall()
    return int(rows)


def test_a_file_that_a_program_still_writes_is_left_for_the_next_night(
    settings: Settings, city: City, file: Path
) -> None:
    other = file.with_name("b.csv")
    other.write_text(HEADER + ROW.format("x"), encoding="utf-8")
    with file.open("a", encoding="utf-8") as copying:
        copying.write(ROW.format(10))
        copying.flush()
        result = night(settings, city)
        assert (result.left, result.problems) == (["demolitions/a.csv"], [])
        assert result.total("rows_loaded") == 1, "the others are not kept waiting"
        [problem] = night(settings, city, [file]).problems
        assert isinstance(problem, InputError) and "留给下次" in problem.zh and "still being written" in problem.en
    result = night(settings, city)
    assert result.left == [] and loaded(settings) == 12


def append(path: Path) -> None:
    with path.open("a", encoding="utf-8") as stream:
        stream.write(ROW.format("more"))


def truncate(path: Path) -> None:
    with path.open("r+b") as stream:
        stream.truncate(path.stat().st_size // 2)


def replace(path: Path) -> None:
    fresh = path.with_suffix(".part")
    fresh.write_text(HEADER + ROW.format(f"new-{path.stem}"), encoding="utf-8")
    fresh.replace(path)


def overwrite_with_the_same_size_and_time(path: Path) -> None:
    stat = path.stat()
    text = path.read_text(encoding="utf-8").replace("10.5", "99.9")
    path.write_text(text, encoding="utf-8")
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


CHANGES = (append, truncate, replace, overwrite_with_the_same_size_and_time, Path.unlink)


@pytest.mark.slow
def test_a_file_that_changes_at_any_moment_is_never_half_read(
    settings: Settings, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = time.monotonic()
    sha256, read = hashed.file_sha256, ingest.read_file
    moments = [(moment, change) for moment in ("hashed", "opened") for change in CHANGES]
    for number, (moment, change) in enumerate(moments):
        file = settings.inbox_dir / f"demolitions/{number}.csv"
        file.write_text(HEADER + "".join(ROW.format(f"{number}-{at}") for at in range(10)), encoding="utf-8")
        before = loaded(settings) if number else 0
        with monkeypatch.context() as meanwhile:
            if moment == "hashed":
                meanwhile.setattr(hashed, "file_sha256", partial(_then, sha256, change))
            else:
                meanwhile.setattr(ingest, "read_file", partial(_then, read, change))
            first = night(settings, city)
        assert loaded(settings) == before, (moment, change)
        if change is Path.unlink:
            [problem] = first.problems
            assert "不见了" in problem.zh and problem.where["file"] == f"demolitions/{number}.csv"
            continue
        assert (first.left, first.problems) == ([f"demolitions/{number}.csv"], [])
        again = night(settings, city)
        assert (again.left, again.problems) == ([], [])
        assert again.total("rows_read") == len(file.read_text(encoding="utf-8").splitlines()) - 1
    results.record(
        "changing_files", "文件在读取中被追加、截断、替换、改写、删除", "files appended, cut, replaced, overwritten or deleted while they are read",
        times=len(moments), lost=0, seconds=time.monotonic() - began,
    )  # fmt: skip


def _then(real: Callable[..., Any], change: Callable[[Path], None], path: Path, *rest: Any) -> Any:
    """What the real one gives, and then the file is another."""
    given = real(path, *rest)
    if not is_known_already(path):
        change(path)
    return given


def is_known_already(path: Path) -> bool:
    """Files of earlier rounds stay as they are."""
    return path.stem != max(path.parent.glob("*.csv"), key=lambda one: int(one.stem)).stem


def test_a_half_copied_file_by_the_name_of_its_tool_is_not_looked_at(
    settings: Settings, city: City, file: Path
) -> None:
    for name in ("b.csv.part", "c.csv.filepart", ".d.csv", "~$e.csv"):
        (file.parent / name).write_text("half", encoding="utf-8")
    result = night(settings, city)
    assert (result.left, result.problems, loaded(settings)) == ([], [], 10)


def test_where_the_system_cannot_say_who_writes_a_young_file_is_looked_at_twice(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settled, "_is_open_for_writing", lambda _: None)
    monkeypatch.setattr(settled, "PAUSE_SECONDS", 0.01)
    assert not is_being_written(file)
    monkeypatch.setattr(settled.time, "sleep", lambda _: append(file))
    assert is_being_written(file)
    long_ago = time.time() - settled.YOUNG_SECONDS - 1
    os.utime(file, (long_ago, long_ago))
    assert not is_being_written(file), "an old file is not waited for"
