"""An upgrade of the code between two nights: an older home goes forward with nothing lost, and the way back is open."""

import datetime as dt
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from pipelines.city import City
from pipelines.errors import SetupError
from pipelines.landing import migrations
from pipelines.landing.conservation import check_conservation
from pipelines.landing.ingest import ingest_feed
from pipelines.landing.migrations import Step, copy_path, forget_copies
from pipelines.landing.store import read_connection, write_connection
from pipelines.orchestration.home import guard_city
from pipelines.orchestration.rebuild import rebuild
from pipelines.settings import Settings
from tests.conftest import AS_OF
from tests.faults import results
from tests.faults.killing import tables

#: What a later version might bring: a column that must be filled for what is there already.
NEXT = Step(
    "what a later version might need",
    (
        "alter table ops.ledger add column if not exists rows_total bigint",
        "update ops.ledger set rows_total = rows_read + rows_skipped",
    ),
)
BROKEN = Step("a step that fails half way", ("delete from raw.demolitions", "select * from ops.no_such_table"))


@pytest.fixture
def city(settings: Settings, write_city: Callable[..., City]) -> City:
    deliver(settings, "a.csv", "1,W1,2017-01-05,10.5,自拆", "2,W2,2017-02-30,3,自拆")
    return write_city()


def deliver(settings: Settings, name: str, *rows: str) -> None:
    path = settings.inbox_dir / "demolitions" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(("编号,违建编号,拆除日期,面积,方式", *rows)) + "\n", encoding="utf-8")


def night(settings: Settings, city: City) -> int:
    result = ingest_feed(settings, city, "demolitions", AS_OF)
    assert not result.problems
    assert check_conservation(settings) == []
    return result.total("rows_loaded")


def held(settings: Settings, *without: str) -> dict[str, object]:
    """What the home knows, apart from its layout."""
    found = tables(settings.build_db, "raw", "quarantine", "ops")
    return {name: rows for name, rows in found.items() if name not in ("ops.layout", *without)}


def layouts(settings: Settings) -> list[int]:
    with read_connection(settings) as connection:
        return [version for (version,) in connection.execute("select version from ops.layout order by 1").fetchall()]


def upgraded(monkeypatch: pytest.MonkeyPatch, *more: Step) -> None:
    """From here on the code is of a later version."""
    monkeypatch.setattr(migrations, "STEPS", (*migrations.STEPS, *more))


def test_a_home_from_before_there_were_numbers_goes_forward_with_nothing_lost(settings: Settings, city: City) -> None:
    began = time.monotonic()
    assert night(settings, city) == 1
    now = held(settings)
    with duckdb.connect(str(settings.build_db)) as connection:
        connection.execute("drop table ops.layout")
        for column in ("template", "unknown_columns", "rows_dismissed"):
            connection.execute(f"alter table ops.ledger drop column {column}")
    started = time.monotonic()
    with write_connection(settings):
        pass
    recovery = time.monotonic() - started
    assert layouts(settings) == [1]
    with read_connection(settings) as connection:
        asked = "select rows_read, rows_loaded, rows_quarantined, rows_dismissed, template from ops.ledger"
        assert connection.execute(asked).fetchall() == [(2, 1, 1, 0, None)]
    forward = held(settings)
    assert forward.keys() == now.keys()
    assert {name: forward[name] for name in forward if name != "ops.ledger"} == {
        name: now[name] for name in now if name != "ops.ledger"
    }
    deliver(settings, "b.csv", "3,W3,2017-03-05,1,自拆")
    assert night(settings, city) == 1, "what was loaded before is known, what is new is loaded"
    results.record(
        "upgrade", "两夜之间升级程序、迁移布局", "the code upgraded between two nights, its layout migrated",
        times=1, lost=0, seconds=time.monotonic() - began, recovery_seconds=recovery,
    )  # fmt: skip


def test_the_way_back(settings: Settings, city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    began = time.monotonic()
    night(settings, city)
    before = held(settings)
    with monkeypatch.context() as later:
        upgraded(later, NEXT)
        deliver(settings, "b.csv", "3,W3,2017-03-05,1,自拆")
        assert night(settings, city) == 1
        assert layouts(settings) == [1, 2]
        with read_connection(settings) as connection:
            told = connection.execute("select rows_total from ops.ledger order by batch_seq").fetchall()
        assert told == [(2,), (None,)]
    copy = copy_path(settings, 2)
    assert copy.stat().st_mode & 0o777 == 0o600
    for touch in (lambda: night(settings, city), lambda: guard_city(settings, city), lambda: layouts(settings)):
        with pytest.raises(SetupError, match="written by a newer program: layout 2") as refused:
            touch()
        assert "布局 2" in refused.value.zh and copy.name in refused.value.remedy_zh
    started = time.monotonic()
    shutil.copyfile(copy, settings.build_db)
    assert held(settings) == before
    with pytest.raises(SetupError, match="older than landing: it lacks 1 batches") as older:
        night(settings, city)
    assert "chengguan rebuild" in older.value.remedy_zh
    (settings.inbox_dir / "demolitions" / "b.csv").unlink()  # sources need not deliver again what has landed
    done = rebuild(settings, city, lambda *_: None, with_models=False)
    assert (done.batches.told.kind, done.batches.loaded) == ("books", 2)
    assert check_conservation(settings) == []
    with read_connection(settings) as connection:
        assert connection.execute("select count(*) from raw.demolitions").fetchall() == [(2,)]
    assert night(settings, city) == 0
    results.record(
        "upgrade_back", "升级后退回旧程序", "the older code again after an upgrade",
        times=1, lost=0, seconds=time.monotonic() - began, recovery_seconds=time.monotonic() - started,
    )  # fmt: skip


def test_an_upgrade_that_fails_changes_nothing(settings: Settings, city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    night(settings, city)
    before = held(settings)
    with monkeypatch.context() as later:
        upgraded(later, NEXT, BROKEN)
        with pytest.raises(duckdb.CatalogException, match="no_such_table"):
            night(settings, city)
    assert held(settings) == before and layouts(settings) == [1]
    upgraded(monkeypatch, NEXT)
    night(settings, city)
    assert layouts(settings) == [1, 2]


def test_copies_from_before_do_not_stay_for_ever(
    settings: Settings, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    night(settings, city)
    upgraded(monkeypatch, NEXT)
    night(settings, city)
    copy = copy_path(settings, 2)
    assert copy.exists()
    old = (dt.datetime.now(dt.UTC) - dt.timedelta(days=migrations.KEEP_DAYS + 1)).timestamp()
    os.utime(copy, (old, old))
    night(settings, city)
    assert not copy.exists()
    copy.touch()
    assert forget_copies(settings) == [copy] and not copy.exists()


def test_a_new_home_begins_with_the_newest_layout_and_keeps_no_copy(settings: Settings) -> None:
    with write_connection(settings):
        pass
    assert layouts(settings) == [len(migrations.STEPS)]
    assert list(Path(settings.build_dir).glob("before-*")) == []
