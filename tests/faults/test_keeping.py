"""A whole home whose build file is lost, and one that is put back from its backup, hold what they held: down to the marts of a release.

What a rebuild takes from where is tested on small homes, in `tests/pipeline/test_rebuild.py` and `test_backup.py`.
"""

import datetime as dt
import json
import time
from pathlib import Path

import duckdb
import pytest

from pipelines.settings import Settings
from pipelines.simulator import simulate
from tests.faults import results
from tests.faults.killing import Tables, landed, tables
from tests.pipeline.nights import command, run_night, served

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not results.is_whole(), reason="five whole nights and more: run by `make faults`"),
]
DAYS = [dt.date(2017, 9, 20), dt.date(2017, 9, 21)]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two nights of the small demo city."""
    home = tmp_path_factory.mktemp("kept") / "home"
    for day in DAYS:
        simulate(home / "inbox", seed=7, cases=250, as_of=day)
        night = run_night(home, day)
        assert night.code == 0, night.said
    return home


def held(home: Path) -> Tables:
    return tables(home / "build/warehouse.duckdb", "raw", "quarantine", "ops", "core", "marts")


def lose(home: Path, how: int) -> None:
    build = Settings(home=home).build_db
    if how % 3 == 0:
        build.unlink()
    elif how % 3 == 1:
        build.write_bytes(b"no database at all" * 1_000)
    else:  # a file cut short, as a disk that went away leaves it
        build.write_bytes(build.read_bytes()[: build.stat().st_size // 2])


def test_a_lost_build_file_is_made_anew_from_landing(home: Path) -> None:
    began, was, files, marts = time.monotonic(), held(home), landed(home), served(home / "current")
    times, longest = results.times(1, 3), 0.0
    for how in range(times):
        lose(home, how)
        refused = run_night(home, DAYS[1])
        assert refused.code != 0 and "chengguan rebuild" in refused.said
        started = time.monotonic()
        done = command(home, "rebuild", "--json")
        longest = max(longest, time.monotonic() - started)
        assert done.returncode == 0, done.stdout + done.stderr
        told = json.loads(done.stdout)
        assert (told["lost"], told["judged_otherwise"], told["models_failed"]) == ([], [], "")
        now = held(home)
        assert now.keys() == was.keys()
        assert [name for name in was if now[name] != was[name]] == []
        assert landed(home) == files
        assert run_night(home, DAYS[1]).code == 0
        assert served(home / "current") == marts
    results.record(
        "rebuild", "建库文件丢失，由落地副本重建", "the build file is lost and made anew from landing",
        times=times, lost=0, seconds=time.monotonic() - began, recovery_seconds=longest,
        measured={"tables compared": len(was), "rows": f"{sum(map(len, was.values())):,}"},
    )  # fmt: skip


def test_what_a_night_forecast_stays_as_it_was_said(home: Path) -> None:
    said = "select * from core.agg_forecast_frozen where made_on = ? order by all"
    nights = []
    for release in sorted((home / "releases").glob("20*")):
        with duckdb.connect(str(release / "serving.duckdb"), read_only=True) as connection:
            nights.append([connection.execute(said, [day]).fetchall() for day in DAYS])
    (first, none), *later = nights
    assert first and none == []
    for kept, own in later:
        assert kept == first and own


def test_a_home_put_back_elsewhere_serves_the_same_and_goes_on(home: Path, tmp_path: Path) -> None:
    began = time.monotonic()
    made = command(home, "backup", str(tmp_path / "backups"), "--json")
    assert made.returncode == 0, made.stdout + made.stderr
    there, started = tmp_path / "elsewhere", time.monotonic()
    back = command(there, "restore", json.loads(made.stdout)["folder"])
    recovery = time.monotonic() - started
    assert back.returncode == 0, back.stdout + back.stderr
    assert held(there) == held(home)
    assert served(there / "current") == served(home / "current")
    day = DAYS[1] + dt.timedelta(days=1)
    for place in (home, there):
        simulate(place / "inbox", seed=7, cases=250, as_of=day)
        assert run_night(place, day).code == 0
    assert served(there / "current") == served(home / "current")
    results.record(
        "restore", "备份恢复到别处，次夜照常", "a backup put back elsewhere, and the next night there",
        times=1, lost=0, seconds=time.monotonic() - began, recovery_seconds=recovery,
    )  # fmt: skip
