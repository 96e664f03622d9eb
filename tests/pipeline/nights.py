"""Running whole nights in tests, by the command that everybody uses, in a process of its own.

A night in a process of its own leaves nothing behind in the test's: no lock, no instance, no cached connection.
"""

import datetime as dt
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipelines.settings import PROJECT_ROOT

KEY = "a key for tests only, not a secret"


@dataclass(frozen=True)
class Night:
    """What a night said: its exit code, its report (`--json`) and everything it printed."""

    code: int
    report: dict[str, Any]
    said: str


def command(home: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`chengguan …` in a home; releases get their pages only where a test asks for them (`tests/browser`)."""
    return subprocess.run(
        [sys.executable, "-m", "pipelines.cli", *arguments],
        cwd=PROJECT_ROOT, capture_output=True, text=True, check=False,
        env={**os.environ, "CHENGGUAN_HOME": str(home), "CHENGGUAN_HASH_KEY": KEY, "CHENGGUAN_SITE": "false", **environment},
    )  # fmt: skip


def run_night(home: Path, day: dt.date, **environment: str) -> Night:
    """`chengguan nightly --json` for a day."""
    done = command(home, "nightly", "--json", "--date", day.isoformat(), **environment)
    try:
        report = json.loads(done.stdout)
    except json.JSONDecodeError:
        report = {}
    return Night(done.returncode, report, done.stdout + done.stderr)


def served(release: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every mart and core table of a release, in a fixed order."""
    with duckdb.connect(str(release / "serving.duckdb"), read_only=True) as connection:
        names = connection.execute(
            "select table_schema || '.' || table_name from information_schema.tables "
            "where table_schema in ('marts', 'core') order by 1"
        ).fetchall()
        return {name: connection.execute(f"select * from {name} order by all").fetchall() for (name,) in names}


def texts(database: Path) -> dict[str, str]:
    """Every table and view of a database as one text each, in all schemas."""
    with duckdb.connect(str(database), read_only=True) as connection:
        names = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() where not internal order by 1"
        ).fetchall()
        return {name: "\n".join(map(str, connection.execute(f"select * from {name}").fetchall())) for (name,) in names}
