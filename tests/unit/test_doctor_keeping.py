"""What doctor says of how a home is kept: leftovers, retention, backups; each with its remedy."""

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.city import City
from pipelines.cli import keeping
from pipelines.cli.findings import Finding, kept
from pipelines.landing.ingest import ingest_feed
from pipelines.landing.store import write_connection
from pipelines.orchestration.days import last_closed_day
from pipelines.orchestration.home import night_lock
from pipelines.settings import Settings
from pipelines.upkeep.backup import LAST, backup
from pipelines.upkeep.leftovers import clear
from pipelines.upkeep.retention import apply
from tests.conftest import CITY, DEMOLITIONS
from tests.pipeline.desk import drop

RULES = f"{CITY}\n[retention]\nlanding_days = 10\n"


@pytest.fixture
def home(settings: Settings, write_city: Callable[..., City], monkeypatch: pytest.MonkeyPatch) -> tuple[Settings, City]:
    """Two batches, the older of which the rules remove from yesterday on."""
    city = write_city(DEMOLITIONS, city=RULES)
    for name, days in (("a", 11), ("b", 3)):
        drop(settings, f"demolitions/{name}.csv", f"{days},W1,2017-01-05,10.5,自拆\n")
        assert not ingest_feed(settings, city, "demolitions", yesterday(city) - dt.timedelta(days=days)).problems
    return settings, city


def yesterday(city: City) -> dt.date:
    return last_closed_day(city)


def said(findings: list[Finding], word: str) -> Finding:
    [found] = [one for one in findings if word in one.en]
    return found


def test_what_killed_processes_left_is_named_and_removed_by_the_next_night(home: tuple[Settings, City]) -> None:
    settings, _ = home
    rebuilding = settings.build_dir / "rebuilding"
    rebuilding.mkdir()
    (rebuilding / "warehouse.duckdb").write_bytes(b"x" * (3 << 20))
    for left in ("landing/.writing-7-books.duckdb", "vault/demolitions/.writing-x.parquet", "build/.compacting.duckdb"):
        (settings.home / left).touch()
    finding = said(list(kept(settings)), "half-written")
    assert finding.level == "warn" and finding.en.startswith("4 half-written files or folders, 3 MiB")
    assert "chengguan rebuild" in finding.remedy_zh and "chengguan nightly" in finding.remedy_en
    with night_lock(settings):
        assert not any("half-written" in one.en for one in kept(settings)), "somebody may be writing them"
        assert len(clear(settings)) == 4
    assert not any("half-written" in one.en for one in kept(settings))
    assert settings.build_db.exists() and len(list(settings.landing.glob("demolitions/*.parquet"))) == 2


def test_a_damaged_build_file_that_was_kept_is_told(home: tuple[Settings, City]) -> None:
    settings, _ = home
    (settings.build_dir / "damaged.duckdb").touch()
    assert said(list(kept(settings)), "was damaged").remedy_en.endswith(str(settings.build_dir / "damaged.duckdb"))


def test_retention_says_what_goes_next_and_what_has_gone(home: tuple[Settings, City]) -> None:
    settings, city = home
    day = yesterday(city)
    finding = said(list(kept(settings)), "retention")
    assert (finding.level, finding.remedy_en) == ("ok", "")
    assert finding.en == f"retention has removed 0 files; the next goes on {day}: demolitions demolitions/a.csv (landing_days = 10)"  # fmt: skip
    with write_connection(settings) as connection:
        assert len(apply(settings, city, connection, day)) == 1
    finding = said(list(kept(settings)), "retention")
    assert f"removed 1 files, the last of them for {day}" in finding.en
    assert f"{day + dt.timedelta(days=8)} demolitions demolitions/b.csv" in finding.zh


def test_a_file_that_is_long_overdue_is_a_warning(home: tuple[Settings, City], monkeypatch: pytest.MonkeyPatch) -> None:
    settings, city = home
    monkeypatch.setattr(keeping, "chosen_day", lambda *_: yesterday(city) + keeping.OVERDUE)
    finding = said(list(kept(settings)), "retention")
    assert finding.level == "warn"
    assert "chengguan retention --apply" in finding.remedy_zh and "chengguan retention --apply" in finding.remedy_en


def test_a_city_without_rules_keeps_everything(settings: Settings, write_city: Callable[..., City]) -> None:
    write_city()
    assert said(list(keeping.retention(settings)), "no retention").level == "ok"


def test_the_age_of_the_last_backup_is_told(home: tuple[Settings, City], tmp_path: Path) -> None:
    settings, city = home
    assert said(list(kept(settings)), "no backup").remedy_zh
    made = backup(settings, city, tmp_path / "backups")
    finding = said(list(kept(settings)), "last backup")
    assert (finding.level, finding.remedy_en) == ("ok", "") and f"0 days old: {made.folder}" in finding.en
    long_ago = (dt.datetime.now(dt.UTC) - dt.timedelta(days=9)).strftime("%Y-%m-%dT%H:%M:%SZ")
    note = {"made_at_utc": long_ago, "folder": str(made.folder)}
    (settings.home / LAST).write_text(json.dumps(note), encoding="utf-8")
    finding = said(list(kept(settings)), "last backup")
    assert (finding.level, finding.remedy_zh) == ("warn", f"chengguan backup {made.folder.parent}")
    assert "9 天前" in finding.zh
