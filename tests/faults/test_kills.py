"""Killed at any moment: whatever was going on, the next run ends with what an undisturbed one has, row for row."""

import datetime as dt
import json
import random
import shutil
import time
from pathlib import Path

import duckdb
import pytest

from pipelines.city import load_city
from pipelines.landing.conservation import check_conservation
from pipelines.publish import release
from pipelines.settings import PROJECT_ROOT, Settings
from pipelines.simulator import simulate
from tests.faults import results
from tests.faults.killing import Killer, landed, left_behind, tables
from tests.pipeline.nights import run_night

DAYS = (dt.date(2017, 9, 20), dt.date(2017, 9, 25))
#: A database, workbooks, a CSV that corrects itself, and persons: every way in that the demo city has.
FEEDS = ("platform_cases", "platform_case_flow", "hotline_tickets", "demolitions", "staff")


@pytest.fixture(scope="module")
def cities(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo city with a few of its feeds."""
    folder = tmp_path_factory.mktemp("cities")
    shutil.copytree(PROJECT_ROOT / "cities", folder, dirs_exist_ok=True)
    for profile in (folder / "changji/feeds").glob("*.toml"):
        if profile.stem not in FEEDS:
            profile.unlink()
    return folder


def loading(home: Path, worlds: dict[dt.date, Path], killer: Killer, kills: int) -> float:
    """Two nights' records come into the home, each night killed before it is let to its end; gives how long the longer end took."""
    longest = 0.0
    for day, world in worlds.items():
        shutil.copytree(world, home / "inbox", dirs_exist_ok=True)
        killer.kill_often(kills, "tests.faults.work", "load", day.isoformat())
        started = time.monotonic()
        killer.finish("tests.faults.work", "load", day.isoformat())
        longest = max(longest, time.monotonic() - started)
    return longest


@pytest.mark.slow
def test_killed_while_reading_landing_or_loading(tmp_path: Path, cities: Path) -> None:
    began = time.monotonic()
    quiet, hunted = tmp_path / "quiet", tmp_path / "hunted"
    worlds = {day: tmp_path / day.isoformat() for day in DAYS}
    for day, world in worlds.items():
        simulate(world, seed=7, cases=250, as_of=day)
    few = {"CHENGGUAN_CITIES": str(cities)}
    usual = loading(quiet, worlds, Killer(quiet, random.Random(0), 0, few), 0)
    killer = Killer(hunted, random.Random(20170925), usual, few)
    loading(hunted, worlds, killer, results.times(2, 60))
    assert check_conservation(Settings(home=hunted, cities=cities)) == []
    assert left_behind(hunted) == []
    built = "build/warehouse.duckdb"
    assert tables(hunted / built, "raw", "quarantine", "ops") == tables(quiet / built, "raw", "quarantine", "ops")
    assert landed(hunted) == landed(quiet)
    results.record(
        "kill_loading", "读取、落地、入库时被杀", "killed while reading, landing or loading",
        times=killer.kills, lost=0, seconds=time.monotonic() - began, recovery_seconds=killer.recovery_seconds,
    )  # fmt: skip


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home after a whole night of the small demo city."""
    home = tmp_path_factory.mktemp("built") / "home"
    simulate(home / "inbox", seed=7, cases=250, as_of=DAYS[0])
    night = run_night(home, DAYS[0])
    assert night.code == 0, night.said
    return home


def whole(folder: Path) -> None:
    """The release holds what its manifest says, down to the last row."""
    about = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    with duckdb.connect(str(folder / "serving.duckdb"), read_only=True) as connection:
        for table in about["tables"]:
            [(rows,)] = connection.execute(f"select count(*) from {table['name']}").fetchall()
            assert rows == table["rows"], table["name"]
            [(copied,)] = connection.execute(
                f"select count(*) from read_parquet('{folder}/parquet/{table['name'].replace('.', '/')}.parquet')"
            ).fetchall()
            assert copied == table["rows"], table["name"]
    assert not (folder / "serving.duckdb.wal").exists()


@pytest.mark.slow
def test_killed_while_publishing_or_pruning(built: Path) -> None:
    began = time.monotonic()
    first = DAYS[0] + dt.timedelta(days=1)
    settings = Settings(home=built)
    was = tables(built / "current/serving.duckdb", "marts", "core")
    killer = Killer(built, random.Random(20170925), 0)
    calm = time.monotonic()
    killer.finish("tests.faults.work", "publish", first.isoformat(), "2")
    killer.usual_seconds = time.monotonic() - calm
    killer.recovery_seconds = 0.0
    for number in range(results.times(4, 60)):
        # Pages take most of the time and are written into the same hidden folder: without them more kills meet the rest.
        killer.environment["CHENGGUAN_SITE"] = str(number % 4 == 0)
        killer.kill_often(1, "tests.faults.work", "publish", first.isoformat(), "6")
        current = release.current_release(settings)
        assert current is not None, "readers always have a release"
        whole(current.path)
        assert len(left_behind(built)) <= 2, "what kills leave is removed by the next run"
    killer.finish("tests.faults.work", "publish", first.isoformat(), "6")
    assert left_behind(built) == []
    current = release.current_release(settings)
    assert current is not None and current.as_of == first + dt.timedelta(days=5)
    assert len(release.list_releases(settings)) == 3
    assert tables(current.path / "serving.duckdb", "marts", "core") == was
    results.record(
        "kill_publishing", "发布、清理旧版时被杀", "killed while publishing or pruning",
        times=killer.kills, lost=0, seconds=time.monotonic() - began, recovery_seconds=killer.recovery_seconds,
    )  # fmt: skip


def same_night(hunted: Path, quiet: Path) -> None:
    """All that a night leaves, and nothing half done."""
    for schemas in (("raw", "quarantine", "ops"), ("core", "marts")):
        assert tables(hunted / "build/warehouse.duckdb", *schemas) == tables(quiet / "build/warehouse.duckdb", *schemas)
    assert tables(hunted / "current/serving.duckdb", "marts", "core", "meta") == tables(
        quiet / "current/serving.duckdb", "marts", "core", "meta"
    )
    assert landed(hunted) == landed(quiet)
    assert left_behind(hunted) == []
    assert load_city(Settings(home=hunted)).facts.id == "changji"


@pytest.mark.slow
def test_whole_nights_killed(built: Path, tmp_path: Path) -> None:
    began = time.monotonic()
    fresh, quiet, hunted = tmp_path / "fresh", tmp_path / "quiet", tmp_path / "hunted"
    shutil.copytree(built, fresh, symlinks=True, ignore=shutil.ignore_patterns("releases", "current"))
    simulate(fresh / "inbox", seed=7, cases=250, as_of=DAYS[1])
    for home in (quiet, hunted):
        shutil.copytree(fresh, home, symlinks=True)
    night = ("pipelines.cli", "nightly", "--date", DAYS[1].isoformat())
    started = time.monotonic()
    calm = Killer(quiet, random.Random(0), 0)
    calm.finish(*night)
    killer = Killer(hunted, random.Random(20170925), time.monotonic() - started)
    ended, wanted = 0, results.times(2, 20)
    while killer.kills < wanted:
        if killer.kill(*night):
            continue
        # The night is over in spite of the kills (or waits for what a killed one left running, and is over then). Kills of later
        # ones, with nothing left to do, would show little: it begins again.
        killer.finish(*night)
        same_night(hunted, quiet)
        ended += 1
        killer.usual_seconds *= 0.9
        shutil.rmtree(hunted)
        shutil.copytree(fresh, hunted, symlinks=True)
    killer.finish(*night)
    same_night(hunted, quiet)
    results.record(
        "kill_nights", "整夜作业中被杀", "whole nights killed",
        times=killer.kills, lost=0, seconds=time.monotonic() - began, recovery_seconds=killer.recovery_seconds,
        measured={"nights that ended, each compared": ended + 1},
    )  # fmt: skip
