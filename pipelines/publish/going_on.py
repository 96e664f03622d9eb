"""A release that goes on from the last one: its file is copied and put right instead of written whole.

Belongs here: whether that may be done and pays, and copying the file. Which rows are put right stands in `parts`, writing in `package`.

A file that is written again and again holds blocks that nobody uses (decision 2), so one in MOST_IN_A_ROW is written whole, and sooner
where it has grown by a quarter; the manifest's `file` tells of both.
"""

import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pipelines.publish import digests, parts
from pipelines.publish.digests import TableContent

MOST_IN_A_ROW = 30
#: Of its bytes when it was written whole; small files grow by whole blocks, which does not matter.
_MOST_GROWTH, _NO_MATTER_BYTES = 1.25, 64 << 20
#: Where more of the rows of large tables lie in parts that differ, writing it whole takes no longer.
_MOST_TOUCHED = 0.5


@dataclass(frozen=True)
class Base:
    """The release that is gone on from: its folder, what its tables hold, how often its file was put right since it was written whole, and
    how many bytes it had then."""

    folder: Path
    tables: Mapping[str, TableContent]
    times: int
    whole_bytes: int


def base(file: Path, manifest: Mapping[str, Any], held: Iterable[TableContent], storage: str) -> Base | None:
    """The release of this file where the next, with these tables and this storage version, may go on from it; None where that is written whole."""
    about = manifest.get("file")
    writer = (manifest.get("storage_version"), manifest["libraries"].get("duckdb"))
    if not about or writer != (storage, version("duckdb")):
        return None
    found = Base(file.parent, digests.told_by(manifest), about["times"], about["whole_bytes"])
    if found.times >= MOST_IN_A_ROW or file.stat().st_size > _MOST_GROWTH * found.whole_bytes + _NO_MATTER_BYTES:
        return None
    large = [
        (found.tables[one.table].parts if one.table in found.tables else {}, one.parts) for one in held if one.parts
    ]
    touched = sum(parts.rows_of(now, parts.differing(before, now)) for before, now in large)
    every = sum(parts.rows_of(now, now) for _, now in large)
    return found if every and touched <= _MOST_TOUCHED * every else None


def told(file: Path, gone_on_from: Base | None) -> dict[str, int]:
    """What the manifest of a release says of its file."""
    if gone_on_from is None:
        return {"times": 0, "whole_bytes": file.stat().st_size}
    return {"times": gone_on_from.times + 1, "whole_bytes": gone_on_from.whole_bytes}


def copy(source: Path, target: Path) -> None:
    """A copy of the file, which costs nothing on a file system that can share blocks (XFS, Btrfs)."""
    with source.open("rb") as read, target.open("xb") as written:
        left = os.fstat(read.fileno()).st_size
        try:
            while left > 0 and (done := os.copy_file_range(read.fileno(), written.fileno(), left)):
                left -= done
        except OSError:
            read.seek(0)
            written.seek(0)
            written.truncate()
            shutil.copyfileobj(read, written, 1 << 24)
