"""What a night does for its home when the release stands: old releases, what the rules no longer keep, and free blocks.

Belongs here: the order of these, and when the build file is worth writing anew.
"""

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from pipelines.city import City
from pipelines.landing.compact import Compacted, compact
from pipelines.landing.store import CONFIG, write_connection
from pipelines.publish.release import prune
from pipelines.settings import Settings
from pipelines.upkeep.leftovers import clear
from pipelines.upkeep.retention import Due, apply

#: From this share of free blocks on, and only a file in which they come to so many bytes.
FREE_SHARE, WORTH_BYTES = 0.5, 64 << 20


@dataclass
class Tidied:
    """What went: releases by name, what killed processes left, files by rule; `compacted` where the build file was written anew."""

    releases: list[str] = field(default_factory=list)
    leftovers: list[Path] = field(default_factory=list)
    files: list[Due] = field(default_factory=list)
    compacted: Compacted | None = None


def tidy(settings: Settings, city: City, day: dt.date) -> Tidied:
    """Prunes, removes what killed processes left, applies the city's retention, and compacts where that is worth it. Each may be cut off and is done again the next night."""
    done = Tidied(prune(settings, city.profile.retention.releases_keep))
    with write_connection(settings, city.facts.time_zone) as connection:
        done.leftovers = clear(settings)
        done.files = apply(settings, city, connection, day)
    size, free = room(settings)
    if free >= WORTH_BYTES and free >= FREE_SHARE * size:
        done.compacted = compact(settings)
    return done


def room(settings: Settings) -> tuple[int, int]:
    """(bytes of the build file, those of them in free blocks)."""
    with duckdb.connect(str(settings.build_db), read_only=True, config=CONFIG) as connection:
        [(size, free)] = connection.execute(
            "select block_size * total_blocks, block_size * free_blocks from pragma_database_size()"
        ).fetchall()
    return size, free
