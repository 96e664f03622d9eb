"""A release that goes on from the last one: its file is copied and put right instead of written whole.

Belongs here: whether that may be done and pays, and copying the file. Which rows are put right stands in `parts`, writing in `package`.

The file is copied while models are built, since that takes the disk and not the processors: beside the releases, under the name of the one that it is a copy
of. Releases never change, so a copy that nobody took may wait for the next night; the night's upkeep removes it.

A file that is written again and again holds blocks that nobody uses (decision 2), so one in MOST_IN_A_ROW is written whole, and sooner
where it has grown by a quarter; the manifest's `file` tells of both.
"""

import errno
import fcntl
import io
import mmap
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from threading import Event
from typing import Any

from pipelines.landing.batches import to_disk
from pipelines.publish import digests, parts
from pipelines.publish.digests import TableContent

MOST_IN_A_ROW = 30
#: Of its bytes when it was written whole; small files grow by whole blocks, which does not matter.
_MOST_GROWTH, _NO_MATTER_BYTES = 1.25, 64 << 20
#: Where more of the rows of large tables lie in parts that differ, writing it whole takes no longer.
_MOST_TOUCHED = 0.5
#: Models need the disk as well while they are built: a file is copied beside them only where so many more of its size would fit.
_ROOM = 3
_AT_ONCE_BYTES = 16 << 20
#: Linux's request to give a file the blocks of another.
_FICLONE = 0x40049409
_AHEAD = ".writing-ahead-"


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
    found = _possible(file, manifest, storage)
    if found is None:
        return None
    large = [
        (found.tables[one.table].parts if one.table in found.tables else {}, one.parts) for one in held if one.parts
    ]
    touched = sum(parts.rows_of(now, parts.differing(before, now)) for before, now in large)
    every = sum(parts.rows_of(now, now) for _, now in large)
    return found if every and touched <= _MOST_TOUCHED * every else None


def _possible(file: Path, manifest: Mapping[str, Any], storage: str) -> Base | None:
    """The same by what is known of the file before the next release's tables are."""
    about = manifest.get("file")
    writer = (manifest.get("storage_version"), manifest["libraries"].get("duckdb"))
    if not about or writer != (storage, version("duckdb")) or not file.exists():
        return None
    found = Base(file.parent, digests.told_by(manifest), about["times"], about["whole_bytes"])
    grown = file.stat().st_size > _MOST_GROWTH * found.whole_bytes + _NO_MATTER_BYTES
    return None if grown or found.times >= MOST_IN_A_ROW else found


def told(file: Path, gone_on_from: Base | None) -> dict[str, int]:
    """What the manifest of a release says of its file."""
    if gone_on_from is None:
        return {"times": 0, "whole_bytes": file.stat().st_size}
    return {"times": gone_on_from.times + 1, "whole_bytes": gone_on_from.whole_bytes}


@contextmanager
def copied_ahead(file: Path, manifest: Mapping[str, Any], storage: str) -> Iterator[None]:
    """Copies the file of a release meanwhile, where the next one may go on from it; the end waits for the copy. One that cannot be made is not missed:
    `copy` makes its own."""
    found = _possible(file, manifest, storage)
    if found is None or not any(one.parts for one in found.tables.values()):
        yield
        return
    broken_off = Event()
    with ThreadPoolExecutor(1, "release") as aside:
        copying = aside.submit(_copy_ahead, file, broken_off)
        try:
            yield
        except BaseException:
            broken_off.set()
            raise
        copying.result()


def copy(source: Path, target: Path) -> None:
    """A copy of the file, which costs nothing where one was made ahead, or on a file system that can share blocks (XFS, Btrfs)."""
    with suppress(FileNotFoundError):
        _ahead(source).rename(target)
        return
    _copy(source, target, Event())


def _ahead(file: Path) -> Path:
    """Where the copy of a release's file waits for the next release."""
    return file.parent.with_name(f"{_AHEAD}{file.parent.name}")


def _copy_ahead(file: Path, broken_off: Event) -> None:
    ready = _ahead(file)
    half = ready.with_name(f"{ready.name}.half")
    with suppress(OSError):
        for left in set(ready.parent.glob(f"{_AHEAD}*")) - {ready}:
            left.unlink()
        if ready.exists() or shutil.disk_usage(ready.parent).free < _ROOM * file.stat().st_size:
            return
        try:
            _copy(file, half, broken_off)
            if not broken_off.is_set():
                to_disk(half)
                half.rename(ready)
        finally:
            half.unlink(missing_ok=True)


def _copy(source: Path, target: Path, broken_off: Event) -> None:
    with source.open("rb", buffering=0) as read, _new(target) as written:
        with suppress(OSError):  # no shared blocks here
            fcntl.ioctl(written, _FICLONE, read.fileno())
            return
        # Anonymous memory begins at a page, as writing past the cache wants it.
        piece = mmap.mmap(-1, _AT_ONCE_BYTES)
        while not broken_off.is_set() and (size := read.readinto(piece)):
            if size % mmap.PAGESIZE:
                fcntl.fcntl(written, fcntl.F_SETFL, 0)
            left = memoryview(piece)[:size]
            while left:
                left = left[written.write(left) :]


def _new(target: Path) -> io.FileIO:
    """A new file that is written past the system's cache, where that can be: through it, seven gigabytes took six seconds of a processor
    instead of one, and put out what the models read."""

    def past_the_cache(name: str, flags: int) -> int:
        try:
            return os.open(name, flags | getattr(os, "O_DIRECT", 0), 0o666)
        except OSError as cause:
            if cause.errno != errno.EINVAL:
                raise
            return os.open(name, flags & ~os.O_EXCL, 0o666)  # some have made it before they refuse

    return io.FileIO(str(target), "x", opener=past_the_cache)
