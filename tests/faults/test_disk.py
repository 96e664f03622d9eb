"""The disk is full, read-only or gone: said as what it is, nothing half done, and the next run goes on from there."""

import errno
import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from pipelines.city import City
from pipelines.cli.app import app
from pipelines.errors import SetupError
from pipelines.landing.conservation import check_conservation
from pipelines.landing.ingest import FeedResult, ingest_feed
from pipelines.machine import fault_in, fault_of
from pipelines.orchestration import fitness
from pipelines.settings import Settings
from tests.conftest import AS_OF
from tests.faults import results
from tests.faults.disk import Disk, disk
from tests.faults.killing import landed, left_behind, tables

ROWS = 10_000


@pytest.fixture
def town(write_city: Callable[..., City], settings: Settings) -> City:
    """A town whose ledger needs some MiB in landing, vault and build file."""
    (settings.inbox_dir / "demolitions").mkdir()
    chance = random.Random(7)
    lines = [f"{at},W{chance.random()},2017-0{at % 9 + 1}-05,{at % 100}.5,自拆" for at in range(ROWS)]
    text = "编号,违建编号,拆除日期,面积,方式\n" + "\n".join(lines) + "\n"
    (settings.inbox_dir / "demolitions/a.csv").write_text(text, encoding="utf-8")
    return write_city()


@pytest.fixture
def small(settings: Settings) -> Iterator[Disk]:
    """The home lies on a disk of its own."""
    with disk(settings.home, 64) as mounted:
        yield mounted


def ingest(settings: Settings, city: City) -> FeedResult | SetupError:
    """A feed's night; a fault of the machine is met as a step of the night meets it."""
    try:
        return ingest_feed(settings, city, "demolitions", AS_OF)
    except Exception as error:
        fault = error if isinstance(error, SetupError) else fault_of(error, settings.home)
        assert fault is not None, f"not said plainly: {type(error).__name__}: {error}"
        return fault


@pytest.mark.slow
def test_a_disk_that_is_full_while_a_batch_lands_or_loads(
    settings: Settings, town: City, small: Disk, tmp_path: Path
) -> None:
    began = time.monotonic()
    quiet = settings.model_copy(update={"home": tmp_path / "quiet"})
    assert isinstance(ingest(quiet, town), FeedResult)
    chance, refused, longest = random.Random(20170925), 0, 0.0
    for _ in range(results.times(3, 60)):
        small.fill(chance.randrange(0, 4 << 20))
        found = ingest(settings, town)
        if isinstance(found, SetupError):
            refused += 1
            assert "磁盘已满" in found.zh and "prune" in found.remedy_en
        small.make_room()
        started = time.monotonic()
        assert isinstance(ingest(settings, town), FeedResult)
        longest = max(longest, time.monotonic() - started)
        assert check_conservation(settings) == []
        built = "build/warehouse.duckdb"
        assert tables(settings.home / built, "raw", "quarantine", "ops") == tables(
            quiet.home / built, "raw", "quarantine", "ops"
        )
        assert landed(settings.home) == landed(quiet.home)
        assert left_behind(settings.home) == []
        for path in settings.home.rglob("*"):
            if path.is_file():
                path.unlink()
    assert refused, "the disk was full at least once"
    results.record(
        "disk_full_loading", "落地、入库时磁盘写满", "disk full while landing or loading",
        times=refused, lost=0, seconds=time.monotonic() - began, recovery_seconds=longest,
    )  # fmt: skip


def test_too_little_room_is_refused_before_the_night_begins(settings: Settings, small: Disk) -> None:
    fitness.check_home(settings.model_copy(update={"home": settings.home / ".."}))
    with pytest.raises(SetupError, match="not enough room for a night") as refused:
        fitness.check_home(settings)
    assert "100 MiB" in refused.value.zh and "prune" in refused.value.remedy_en


def test_what_a_night_needs_grows_with_what_stands_in_the_home(settings: Settings) -> None:
    empty = fitness.needed_bytes(settings)
    for path, size in ((settings.build_db, 300 << 20), (settings.releases / "20170925.1/serving.duckdb", 50 << 20)):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.truncate(size)
    settings.current.symlink_to(settings.releases / "20170925.1")
    assert fitness.needed_bytes(settings) == 350 << 20 > empty
    (settings.inbox_dir / "come.csv").write_bytes(b"x" * 1000)
    assert fitness.needed_bytes(settings) == (350 << 20) + fitness.GROWS * 1000


def test_a_home_that_cannot_be_written_is_refused_and_unchanged(settings: Settings, town: City, small: Disk) -> None:
    began, longest = time.monotonic(), 0.0
    assert isinstance(ingest(settings, town), FeedResult)
    was, times = tables(settings.build_db, "raw", "ops"), results.times(1, 20)
    for _ in range(times):
        small.remount("ro")
        with pytest.raises(SetupError, match="cannot be written") as refused:
            fitness.check_home(settings)
        assert "只读" in refused.value.remedy_zh
        found = ingest(settings, town)
        assert isinstance(found, SetupError) and "不可写" in found.zh
        small.remount("rw")
        started = time.monotonic()
        assert isinstance(ingest(settings, town), FeedResult)
        longest = max(longest, time.monotonic() - started)
        assert tables(settings.build_db, "raw", "ops") == was
    results.record(
        "home_read_only", "数据目录变为只读", "the home becomes read-only",
        times=times, lost=0, seconds=time.monotonic() - began, recovery_seconds=longest,
    )  # fmt: skip


def test_a_home_that_is_no_folder_or_not_mounted_is_refused(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = settings.home / "file"
    file.touch()
    with pytest.raises(SetupError, match="not a folder"):
        fitness.check_place(settings.model_copy(update={"home": file}))
    expected = settings.model_copy(update={"new_home": False})
    with pytest.raises(SetupError, match="may not be mounted"):
        fitness.check_place(expected)
    assert list(settings.home.iterdir()) == [file], "nothing is begun in the empty place"
    expected.build_dir.mkdir()
    expected.build_db.touch()
    fitness.check_place(expected)
    monkeypatch.setenv("CHENGGUAN_HOME", str(file))
    said = CliRunner().invoke(app, ["nightly", "--json"])
    assert isinstance(said.exception, SetupError) and "not a folder" in str(said.exception)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.EDQUOT, "Disk quota exceeded"), "quota is used up"),
        (OSError(errno.EROFS, "Read-only file system"), "cannot be written"),
        (OSError(errno.EIO, "Input/output error"), "is gone or does not answer"),
        (sqlite3.OperationalError("database or disk is full"), "disk is full"),
        (sqlite3.OperationalError("attempt to write a readonly database"), "cannot be written"),
        (duckdb.IOException("Could not write file: No space left on device"), "disk is full"),
    ],
)
def test_each_way_of_saying_it_is_understood(settings: Settings, error: Exception, words: str) -> None:
    fault = fault_of(error, settings.home)
    assert fault is not None and words in fault.en
    assert fault.zh and fault.remedy_zh and fault.remedy_en and fault.exit_code == SetupError.exit_code
    later = RuntimeError("what failed after it")
    later.__context__ = error
    assert fault_of(later, settings.home) is not None


def test_other_errors_are_left_alone(settings: Settings) -> None:
    for error in (
        ValueError("no space left on device"), FileNotFoundError(errno.ENOENT, "x"),
        PermissionError(errno.EACCES, "x", "/elsewhere/file"), duckdb.ParserException("syntax error"),
    ):  # fmt: skip
        assert fault_of(error, settings.home) is None
    assert fault_in("Database Error in model x\n  Binder Error: nothing", settings.home) is None
    assert fault_of(ValueError("x"), settings.home / "gone") is not None
