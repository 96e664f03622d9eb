"""A fresh build file in the place of the old one, in one step.

Belongs here: the order in which a file and its write-ahead log give way, for whoever made the fresh one. DuckDB
plays a log that it finds beside a file into that file; a log that outlives its file would be played into the fresh one. Who calls holds the
write lane.
"""

import os
import shutil
from pathlib import Path

import duckdb

from pipelines.landing.batches import to_disk
from pipelines.settings import Settings

#: What DuckDB raises for a file that is none, or is broken, or is broken off; `duckdb.Error` itself for a wrong checksum.
UNREADABLE = duckdb.Error


def wal_of(file: Path) -> Path:
    return file.with_name(f"{file.name}.wal")


def damaged_file(settings: Settings) -> Path:
    """Where a build file that could not be read is kept, for whoever wants to look into it."""
    return settings.build_dir / "damaged.duckdb"


def settle(file: Path) -> bool:
    """Plays the log into its file, so that it is whole by itself. False where there is no file or DuckDB cannot read it."""
    if not file.exists():
        return False
    try:
        with duckdb.connect(str(file)) as connection:
            connection.execute("checkpoint")
    except UNREADABLE:
        return False
    return not wal_of(file).exists()


def swap_in(settings: Settings, fresh: Path) -> None:
    """The fresh file becomes the build file. Killed at any point, either the old one stands with its log or the fresh one without any.

    A build file that cannot be read stays beside as `damaged.duckdb`. Raises RuntimeError where the fresh file is not whole by itself.
    """
    if not settle(fresh):
        raise RuntimeError(f"{fresh} is not whole by itself")
    to_disk(fresh)
    target = settings.build_db
    if not settle(target):
        if target.exists():
            damaged_file(settings).unlink(missing_ok=True)
            os.link(target, damaged_file(settings))
        wal_of(target).unlink(missing_ok=True)
    fresh.replace(target)
    to_disk(target.parent)


def workshop(settings: Settings, name: str) -> Path:
    """An empty folder beside the build file to make a fresh one in, under the build file's own name: views hold the name of their database."""
    folder = settings.build_dir / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
