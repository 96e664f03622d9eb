"""One process of its own per measurement: how long it took, the work of its processors, the most memory that it held at one time.

Belongs here: measuring and nothing of what is measured. A machine that others use too makes the wall clock lie; the processors' seconds say
what the work was.
"""

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

_PAGE = os.sysconf("SC_PAGE_SIZE")
_SAMPLE_SECONDS = 0.2


@dataclass(frozen=True)
class Measured:
    """What a command took. `wall_s` by the clock, `cpu_s` user and system of it and all its children, `peak_mib` the most that it and its
    children held together (each page of a file that several map counts for each)."""

    wall_s: float
    cpu_s: float
    peak_mib: int
    output: str

    def as_dict(self) -> dict[str, Any]:
        """Without what was printed."""
        return {name: value for name, value in asdict(self).items() if name != "output"}


def run(command: Sequence[str], env: Mapping[str, str], log: Path) -> Measured:
    """Runs the command to its end. Raises RuntimeError with the end of its log where it fails."""
    log.parent.mkdir(parents=True, exist_ok=True)
    told = log.with_suffix(".out")
    started, peak = time.perf_counter(), 0
    with log.open("w") as errors, told.open("w") as out:
        process = subprocess.Popen(command, env={**os.environ, **env}, stdout=out, stderr=errors)
        while True:
            done, status, used = os.wait4(process.pid, os.WNOHANG)
            if done:
                break
            peak = max(peak, _resident(process.pid))
            time.sleep(_SAMPLE_SECONDS)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - started
    if process.returncode != 0:
        said = "\n".join([*told.read_text().splitlines()[-20:], *log.read_text().splitlines()[-30:]])
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}; the end of {log}:\n{said}")
    return Measured(round(wall, 2), round(used.ru_utime + used.ru_stime, 2), peak >> 20, told.read_text())


def size_of(path: Path) -> int:
    """Bytes of a file, or of all files below a folder, on the disk."""
    if path.is_file():
        return path.stat().st_size
    return sum(one.stat().st_size for one in path.rglob("*") if one.is_file() and not one.is_symlink())


def _resident(root: int) -> int:
    """Bytes that a process and all below it hold now. Asks only these: a look at every process of the machine took a quarter of a core."""
    held, ahead = 0, [root]
    while ahead:
        folder = Path("/proc", str(ahead.pop()))
        try:
            held += int((folder / "statm").read_text().split()[1]) * _PAGE
            for thread in (folder / "task").iterdir():
                ahead += map(int, (thread / "children").read_text().split())
        except (OSError, IndexError, ValueError):
            continue  # it has ended meanwhile
    return held
