"""Readers through many releases: no error, no half of two releases, nothing older than the link; and a long session that is in nobody's way."""

import json
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import duckdb
import pytest

from pipelines.city import City
from pipelines.publish import release
from pipelines.settings import PROJECT_ROOT, Settings
from tests.faults import results
from tests.unit.test_release import change, city, publish, settings

__all__ = ["city", "settings"]  # the fixtures of a small release


def reader(home: Path, threads: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.faults.reading", str(home), "600", str(threads)],
        cwd=PROJECT_ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def next_release(settings: Settings, city: City, number: int) -> None:
    """A release whose tables all say its number."""
    change(settings, f"UPDATE marts.totals SET n = {number}")
    change(settings, f"UPDATE core.fct_cases SET n = {number} + rowid + 1")
    publish(settings, city)


@pytest.mark.slow
def test_eight_readers_see_one_release_each_time(settings: Settings, city: City) -> None:
    began = time.monotonic()
    next_release(settings, city, 1)
    session = duckdb.connect(str(settings.current.resolve() / "serving.duckdb"), read_only=True)
    readers = [reader(settings.home, threads) for threads in (4, *[1] * results.times(2, 7))]
    flips = results.times(6, 120)
    for number in range(2, flips + 2):
        next_release(settings, city, number)
        release.prune(settings)
    (settings.home / "stop").touch()
    found: Counter[str] = Counter()
    for running in readers:
        told = json.loads(running.communicate(timeout=120)[0])
        assert told["views"] > 0
        found.update(told)
    assert session.execute("select n from marts.totals").fetchall() == [(1,)], "a long session keeps its release"
    session.close()
    assert (found["errors"], found["mixed"], found["stale"]) == (0, 0, 0), found
    results.record(
        "readers", "八个读者经历多次换版", "eight readers through releases that change",
        times=flips, lost=found["errors"] + found["mixed"] + found["stale"], seconds=time.monotonic() - began,
        measured={"views": f"{found['views']:,}"},
    )  # fmt: skip
