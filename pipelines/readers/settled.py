"""Whether a file is whole: by its name, by who has it open, and by whether it stands still.

Belongs here: what tells a file that is still being copied. What is said of one that changes under our eyes stands in `faults`.
"""

import fcntl
import os
import signal
import time
from pathlib import Path

#: Lock files of office programs, hidden files, and names that transfer tools give to what is not whole.
_UNFINISHED_PREFIXES = ("~$", ".")
_UNFINISHED_SUFFIXES = (".part", ".tmp", ".crdownload", ".filepart")

#: Where the system cannot say who writes a file: one that was written so lately is looked at twice, so far apart.
YOUNG_SECONDS, PAUSE_SECONDS = 60.0, 1.0

State = tuple[int, int, int, int]


def has_final_name(path: Path) -> bool:
    """Whether a file's name is not one of those that are given to what is not whole."""
    return not path.name.startswith(_UNFINISHED_PREFIXES) and path.suffix not in _UNFINISHED_SUFFIXES


def state_of(path: Path) -> State:
    """What changes with a file's content. Tools that keep times keep the time of the content; the time of the change nobody can set."""
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino


def is_being_written(path: Path) -> bool:
    """Whether some program has the file open for writing, or it grows before our eyes. Raises OSError where it cannot be opened."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        told = _is_open_for_writing(descriptor)
    finally:
        os.close(descriptor)
    if told is not None:
        return told
    if time.time() - path.stat().st_mtime > YOUNG_SECONDS:
        return False
    before = state_of(path)
    time.sleep(PAUSE_SECONDS)
    return state_of(path) != before


def _is_open_for_writing(descriptor: int) -> bool | None:
    """By asking for a lease, which Linux gives only while nobody writes; None where it cannot be asked (network shares, others' files)."""
    if not hasattr(fcntl, "F_SETLEASE"):
        return None
    try:
        # Should a writer come in this very moment, the kernel tells us by a signal: by one that does nothing.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return True
    except OSError:
        return None
    return False
