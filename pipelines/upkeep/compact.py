"""The build file without its free blocks: written anew and put in the place of the old one.

Belongs here: when that is worth its time, and how. DuckDB uses free blocks again but never gives them back to the disk, and what was deleted
stays in them until something else is written there; a copy holds what is there and nothing else.
"""

import shutil
from dataclasses import dataclass

import duckdb

from pipelines.landing.store import CONFIG, write_lane
from pipelines.landing.swap import settle, swap_in, workshop
from pipelines.settings import Settings

#: A night compacts from this share of free blocks on, and only a file in which that is at least so many bytes.
FREE_SHARE, WORTH_BYTES = 0.5, 64 << 20
#: The folder of a compaction that is under way, or was killed.
FOLDER = "compacting"


@dataclass(frozen=True)
class Room:
    """The build file's size, and how much of it is free blocks, in bytes."""

    size: int
    free: int

    @property
    def is_worth_compacting(self) -> bool:
        return self.free >= WORTH_BYTES and self.free >= FREE_SHARE * self.size


def room(settings: Settings) -> Room:
    """How much of the build file is used. The caller holds the write lane, or nobody writes."""
    with duckdb.connect(str(settings.build_db), read_only=True, config=CONFIG) as connection:
        [row] = connection.execute(
            "select block_size * total_blocks, block_size * free_blocks from pragma_database_size()"
        ).fetchall()
    return Room(*row)


def compact(settings: Settings, timeout: float = 600) -> tuple[int, int]:
    """Writes the build file anew; gives its bytes before and after. Killed at any point, the next compaction begins again.

    Raises BusyError where another process writes.
    """
    with write_lane(settings, timeout):
        before = settings.build_db.stat().st_size
        settle(settings.build_db)
        folder = workshop(settings, FOLDER)
        fresh = folder / settings.build_db.name
        with duckdb.connect(":memory:", config=CONFIG) as connection:
            connection.execute(f"attach '{_text(settings.build_db)}' as whole (read_only)")
            connection.execute(f"attach '{_text(fresh)}' as fresh")
            connection.execute("copy from database whole to fresh")
            connection.execute("checkpoint fresh")
        swap_in(settings, fresh)
        shutil.rmtree(folder)
        return before, settings.build_db.stat().st_size


def _text(path: object) -> str:
    return str(path).replace("'", "''")
