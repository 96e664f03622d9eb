"""Faults of the machine under a home: its disk is full, cannot be written, or is gone; what DuckDB may hold in memory does not do.

Belongs here: recognising them wherever they come up, in Python, Arrow, DuckDB, SQLite or in the words of dbt, and what is said of them.
What is looked at before a night begins stands in `pipelines.orchestration.fitness`.
"""

import errno
import re
from collections.abc import Iterator
from pathlib import Path

from pipelines.errors import ChengguanError, SetupError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_CLOSED = {errno.EROFS, errno.EACCES, errno.EPERM}
_GONE = {errno.EIO, errno.ESTALE, errno.ENODEV, errno.ENXIO, errno.ENOTCONN, errno.ESHUTDOWN}
_NARROW = {errno.ENOMEM}

#: As the C library and SQLite say it; DuckDB, dbt and SQLAlchemy pass these words on and the number not. DuckDB's own are those of memory, and of
#: what no longer goes from there to a disk of which it takes nine tenths of the free room at most.
_WORDS = (
    (
        re.compile(
            r"no space left on device|quota exceeded|file too large|database or disk is full|failed to offload data block",
            re.I,
        ),
        _FULL,
    ),
    (re.compile(r"read-only file system|readonly database|permission denied|operation not permitted", re.I), _CLOSED),
    (re.compile(r"input/output error|disk i/o error|stale (nfs )?file handle|endpoint is not connected", re.I), _GONE),
    (re.compile(r"out of memory error", re.I), _NARROW),
)
#: Whose words are those of the machine. A database elsewhere or a program's bug may use the same.
_SPEAKERS = ("_duckdb", "duckdb", "sqlite3")


def fault_of(error: BaseException, home: Path) -> SetupError | None:
    """What the machine did, where that is behind an error or one of its causes; None for anything else."""
    for one in _chain(error):
        if isinstance(one, ChengguanError):
            continue
        if not home.is_dir():
            return _said(_GONE, home, one)
        if isinstance(one, OSError) and one.errno is not None:
            for numbers in (_FULL, _CLOSED, _GONE, _NARROW):
                if one.errno in numbers and (numbers is not _CLOSED or _is_ours(one, home)):
                    return _said(numbers, one.filename or home, one)
        if type(one).__module__.partition(".")[0] in _SPEAKERS:
            found = fault_in(str(one), home)
            if found is not None:
                return found
    return None


def fault_in(words: str, home: Path) -> SetupError | None:
    """The same for what another program said, line by line; None where none of it is about the machine."""
    for line in words.splitlines():
        for pattern, numbers in _WORDS:
            if pattern.search(line):
                return _said(numbers, home, line.strip())
    return None


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An error and what it came of, the first cause first: what failed after it failed for it."""
    found: list[BaseException] = []
    one: BaseException | None = error
    while one is not None and one not in found:
        found.append(one)
        original = getattr(one, "orig", None)  # SQLAlchemy's own errors carry the driver's
        if isinstance(original, BaseException):
            found.append(original)
        one = one.__cause__ or one.__context__
    return reversed(found)


def _is_ours(error: OSError, home: Path) -> bool:
    """Whether it is about the home, and not about a file elsewhere that somebody named."""
    named = error.filename
    return named is None or Path(str(named)).absolute().is_relative_to(home.absolute())


def _said(numbers: set[int], place: object, why: object) -> SetupError:
    reason = str(why).partition("\n")[0][:300]
    if numbers is _FULL:
        return SetupError(
            "磁盘已满（或配额用尽），已停下；没有写入一半的数据，读者仍看上一版",
            f"the disk is full, or the quota is used up; nothing was half written, and readers keep the last release: {reason}",
            file=place,
            remedy_zh="腾出空间（chengguan releases prune 删除旧发布版，或扩大磁盘），再运行一次 chengguan nightly，会接着做完",
            remedy_en="make room (`chengguan releases prune` deletes old releases, or enlarge the disk) and run `chengguan nightly` again: it goes on from there",
        )  # fmt: skip
    if numbers is _CLOSED:
        return SetupError(
            "数据目录不可写，已停下；已有数据未变", f"the data home cannot be written, so nothing was changed: {reason}", file=place,
            remedy_zh="检查目录的所有者和权限、磁盘是否被挂成只读；或用 CHENGGUAN_HOME 指定另一目录",
            remedy_en="check the folder's owner and permissions and whether its disk is mounted read-only; or name another folder with CHENGGUAN_HOME",
        )  # fmt: skip
    if numbers is _NARROW:
        return SetupError(
            "内存不够，已停下；没有写入一半的数据，读者仍看上一版",
            f"there is not enough memory; nothing was half written, and readers keep the last release: {reason}", key="CHENGGUAN_MEMORY",
            remedy_zh="调大 CHENGGUAN_MEMORY（DuckDB 在每个进程中可用的内存，默认 4GB），再运行一次 chengguan nightly，会接着做完",
            remedy_en="raise CHENGGUAN_MEMORY (what DuckDB may hold in a process, 4GB where nothing is said) and run `chengguan nightly` again: it goes on from there",
        )  # fmt: skip
    return SetupError(
        "数据目录所在的磁盘不见了或读写出错，已停下", f"the disk of the data home is gone or does not answer: {reason}", file=place,
        remedy_zh="检查磁盘和挂载，恢复后运行 chengguan doctor，再运行 chengguan nightly",
        remedy_en="check the disk and its mount; when it is back run `chengguan doctor`, then `chengguan nightly`",
    )  # fmt: skip
