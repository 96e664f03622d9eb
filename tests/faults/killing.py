"""Killing a process at a random moment, as the machine's end or the out-of-memory killer does: no handler runs, nothing is tidied up.

Belongs here: starting, waiting, killing, and how to see whether two homes hold the same. What is run and when stands in the tests.
"""

import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from pipelines.errors import BusyError
from pipelines.settings import PROJECT_ROOT
from tests.pipeline.nights import KEY

#: What tells when something was done, how fast, and by which run: two homes cannot agree on it.
CLOCK = {"loaded_at_utc", "seconds", "judged_at_utc", "held_at_utc", "built_at_utc", "created_at_utc"}

#: What says when and from what something was built, and the digest of a release over its clocks.
BOOKKEEPING = {
    "ops.layout",
    "ops.build_state",
    "ops.build_sources",
    "ops.build_checks",
    "ops.touched_cases",
    "ops.touched_days",
    "ops.evaluated_months",
    "ops.touched_parts",
    "ops.first_freezing",
    "ops.hashed_files",
    "meta.release",
}

Tables = dict[str, list[tuple[Any, ...]]]


@dataclass
class Killer:
    """Runs commands in a home, each killed somewhere before its usual end.

    `usual_seconds` is how long the command takes when it is left alone. Half of the kills take the whole process group, as a power cut
    does; the others only the parent, so that a child (dbt) lives on beside the next run.
    """

    home: Path
    chance: random.Random
    usual_seconds: float
    environment: dict[str, str] = field(default_factory=dict)
    kills: int = 0
    recovery_seconds: float = 0.0

    def kill(self, *command: str) -> bool:
        """One run, killed. A run that ends before its moment has come does not count; whether it was killed."""
        running = self._start(command)
        try:
            running.wait(timeout=self.chance.uniform(0.02, 1.0) * self.usual_seconds)
        except subprocess.TimeoutExpired:
            if self.chance.random() < 0.5:
                os.killpg(running.pid, signal.SIGKILL)
            else:
                running.kill()
            running.wait()
            self.kills += 1
            return True
        assert running.returncode in (0, BusyError.exit_code), self.said
        return False

    def kill_often(self, times: int, *command: str) -> None:
        """Kills until it has been done so often; a command that is faster than it was is given less time."""
        target = self.kills + times
        while self.kills < target:
            if not self.kill(*command):
                self.usual_seconds = max(0.3, self.usual_seconds * 0.9)

    def finish(self, *command: str, patience: float = 300) -> None:
        """The run after the kills, left alone. What a dead parent's child still holds is waited for."""
        started = time.monotonic()
        while True:
            code = self._start(command).wait()
            if code == 0:
                break
            assert code == BusyError.exit_code and time.monotonic() - started < patience, self.said
            time.sleep(1)
        self.recovery_seconds = max(self.recovery_seconds, time.monotonic() - started)

    @property
    def said(self) -> str:
        """What the last run printed."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    @property
    def _log(self) -> Path:
        return self.home.with_name(f"{self.home.name}.said")

    def _start(self, command: tuple[str, ...]) -> subprocess.Popen[bytes]:
        return start(self.home, self._log, command, self.environment)


def start(home: Path, log: Path, command: tuple[str, ...], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """`python -m …` in a home, in a process group of its own, its words in a file."""
    with log.open("wb") as sink:
        return subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=PROJECT_ROOT, stdout=sink, stderr=subprocess.STDOUT, start_new_session=True,
            env={**os.environ, "CHENGGUAN_HOME": str(home), "CHENGGUAN_HASH_KEY": KEY, **environment},
        )  # fmt: skip


def tables(file: Path, *schemas: str) -> Tables:
    """Every row of every table of the schemas, without what tells the time, in a fixed order."""
    with duckdb.connect(str(file), read_only=True) as connection:
        names = connection.execute("select schema_name, table_name from duckdb_tables() order by all").fetchall()
        found: Tables = {}
        for schema, name in names:
            if schema not in schemas or f"{schema}.{name}" in BOOKKEEPING:
                continue
            columns = [one[0] for one in connection.execute(f'describe "{schema}"."{name}"').fetchall()]
            chosen = ", ".join(f'"{column}"' for column in columns if column not in CLOCK)
            found[f"{schema}.{name}"] = connection.execute(
                f'select {chosen} from "{schema}"."{name}" order by all'
            ).fetchall()
        return found


def landed(home: Path) -> Tables:
    """Every landing copy and every vault file by its name, row by row."""
    paths = [path for folder in ("landing", "vault") for path in sorted((home / folder).rglob("*.parquet"))]
    return {str(path.relative_to(home)): pl.read_parquet(path).rows() for path in paths}


def left_behind(home: Path) -> list[str]:
    """Temporary files and folders that nobody will finish."""
    patterns = ("landing/*/.writing-*", "vault/*/.writing-*", "releases/.tmp-*", ".current-*", "build/*.wal")
    return [str(path.relative_to(home)) for pattern in patterns for path in home.glob(pattern)]
