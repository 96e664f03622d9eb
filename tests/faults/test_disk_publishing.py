"""A disk that is full while a release is written: readers keep theirs, and the next run publishes."""

import random
import shutil
import time
from pathlib import Path

import duckdb
import pytest

from pipelines.city import City
from pipelines.machine import fault_of
from pipelines.publish import release
from pipelines.settings import Settings
from tests.faults import results
from tests.faults.disk import disk
from tests.unit.test_release import change, city, publish, settings

__all__ = ["city", "settings"]  # the fixtures of a small release


@pytest.mark.slow
def test_a_disk_that_is_full_while_a_release_is_written(settings: Settings, city: City, tmp_path: Path) -> None:
    began = time.monotonic()
    refused, longest = 0, 0.0
    with disk(tmp_path / "disk", 64) as small:
        moved = Settings(home=shutil.copytree(settings.home, small.folder / "home"))
        was = publish(moved, city)
        chance = random.Random(20170925)
        for number in range(2, results.times(3, 60) + 2):
            change(moved, f"UPDATE marts.totals SET n = {number}")
            small.fill(chance.randrange(0, 3 << 20))
            try:
                publish(moved, city)
            except Exception as error:
                refused += 1
                fault = fault_of(error, moved.home)
                assert fault is not None and "磁盘已满" in fault.zh, error
                current = release.current_release(moved)
                assert current is not None and current.id == was.id, "readers keep theirs"
                with duckdb.connect(str(current.path / "serving.duckdb"), read_only=True) as connection:
                    assert connection.execute("select count(*) from core.fct_cases").fetchall() == [(100,)]
            small.make_room()
            started = time.monotonic()
            was = publish(moved, city)
            longest = max(longest, time.monotonic() - started)
            with duckdb.connect(str(moved.current / "serving.duckdb"), read_only=True) as connection:
                assert connection.execute("select n from marts.totals").fetchall() == [(number,)]
            assert release.leftovers(moved) == []
            release.prune(moved)
    assert refused, "the disk was full at least once"
    results.record(
        "disk_full_publishing", "发布时磁盘写满", "disk full while a release is written",
        times=refused, lost=0, seconds=time.monotonic() - began, recovery_seconds=longest,
    )  # fmt: skip


def test_a_home_that_was_made_read_only_is_refused_by_name(settings: Settings, city: City, tmp_path: Path) -> None:
    with disk(tmp_path / "disk", 64) as small:
        moved = Settings(home=shutil.copytree(settings.home, small.folder / "home"))
        was = publish(moved, city)
        small.remount("ro")
        with pytest.raises(Exception) as refused:
            publish(moved, city)
        fault = fault_of(refused.value, moved.home)
        assert fault is not None and "不可写" in fault.zh
        small.remount("rw")
        assert publish(moved, city).id == was.id
