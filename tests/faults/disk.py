"""Disks that are really full, read-only or gone: a small file system of its own, mounted for a test.

Mounting needs root; where it is refused the tests that want it are skipped and say so.
"""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Disk:
    """A file system in memory at `folder`."""

    folder: Path

    @property
    def free_bytes(self) -> int:
        said = os.statvfs(self.folder)
        return said.f_bavail * said.f_frsize

    def fill(self, leave_bytes: int = 0) -> None:
        """Another program writes until only this much is left."""
        size = self.free_bytes - leave_bytes
        with (self.folder / ".ballast").open("ab") as ballast:
            os.posix_fallocate(ballast.fileno(), ballast.tell(), max(size, 1))

    def make_room(self) -> None:
        (self.folder / ".ballast").unlink(missing_ok=True)

    def remount(self, options: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{options}", str(self.folder)], check=True, capture_output=True)


@contextmanager
def disk(folder: Path, mebibytes: int) -> Iterator[Disk]:
    """Mounts one; skips the test where that is not allowed."""
    folder.mkdir(parents=True, exist_ok=True)
    options = ["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "tmpfs", str(folder)]
    try:
        subprocess.run(options, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("a small disk can only be mounted by root")
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True, capture_output=True)
