"""The build file written anew without its free blocks: what was updated or deleted stays in those until they are used again.

Belongs here: the one way to do it. Who needs it: erasing a person, a new hash key (nothing of the old may lie about), and upkeep (room).
"""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.errors import SetupError
from pipelines.landing.batches import to_disk
from pipelines.landing.migrations import forget_copies
from pipelines.landing.store import CONFIG, write_lane
from pipelines.landing.swap import damaged_file
from pipelines.settings import Settings

#: The copy while it is being written, beside the build file: a rename must not cross file systems.
WRITING = ".compacting.duckdb"


@dataclass(frozen=True)
class Compacted:
    """Bytes of the build file before and after."""

    before: int
    after: int


def compact(settings: Settings, timeout: float = 600) -> Compacted:
    """Copies the build file into a fresh one and puts that in its place in one step; a process that is killed leaves the old one whole.

    Takes the write lane, so that the caller must not hold it. Raises BusyError where another process does, SetupError where there is no build
    file, or no room for a second one.
    """
    path = settings.build_db
    with write_lane(settings, timeout):
        if not path.exists():
            raise SetupError(
                "还没有运行过夜间作业", "no night has been run in this home yet", file=path,
                remedy_zh="运行 chengguan nightly", remedy_en="run `chengguan nightly`",
            )  # fmt: skip
        _settle(path)
        before = path.stat().st_size
        writing = path.with_name(WRITING)
        _remove(writing)
        _require_room(path, before)
        try:
            _copy(path, writing)
            to_disk(writing)
            writing.replace(path)
            to_disk(path.parent)
            forget_copies(settings)
            damaged_file(settings).unlink(missing_ok=True)
        finally:
            _remove(writing)
        return Compacted(before, path.stat().st_size)


def _settle(path: Path) -> None:
    """Brings what a killed process left in the log into the file: beside the new file that log would be another file's."""
    with duckdb.connect(str(path), config=CONFIG) as connection:
        connection.execute("checkpoint")
    assert not _log(path).exists(), "a checkpoint leaves no log"


def _copy(path: Path, writing: Path) -> None:
    # Views name the catalogue, which DuckDB calls after the file; so the old one is attached under its own name.
    with duckdb.connect(config=CONFIG) as connection:
        connection.execute(f"attach '{_quoted(path)}' as {path.stem} (read_only)")
        connection.execute(f"attach '{_quoted(writing)}' as fresh")
        connection.execute(f"copy from database {path.stem} to fresh")
        connection.execute("detach fresh")
    assert not _log(writing).exists(), "what is detached leaves no log"


def _require_room(path: Path, needed: int) -> None:
    free = shutil.disk_usage(path.parent).free
    if free < needed:
        raise SetupError(
            "磁盘空间不足，建库文件无法重写", f"no room to write the build file anew: {needed:,} bytes are needed, {free:,} are free",
            file=path, remedy_zh="清理磁盘后重试；chengguan releases prune 删除旧发布版",
            remedy_en="make room and try again; `chengguan releases prune` deletes old releases",
        )  # fmt: skip


def _remove(writing: Path) -> None:
    writing.unlink(missing_ok=True)
    _log(writing).unlink(missing_ok=True)


def _log(path: Path) -> Path:
    return path.with_name(f"{path.name}.wal")


def _quoted(path: Path) -> str:
    return os.fspath(path).replace("'", "''")
