"""The warehouse made anew from landing is the one that was there, row for row; and nothing begins anew over good landing copies."""

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from pipelines import kept, transform
from pipelines.city import City
from pipelines.errors import SetupError
from pipelines.landing.books import FILES, books_file, frozen_file, history_file, keep_history
from pipelines.landing.conservation import check_conservation
from pipelines.landing.ingest import ingest_feed
from pipelines.landing.store import write_connection
from pipelines.landing.swap import damaged_file, wal_of
from pipelines.orchestration import rebuild as rebuilding
from pipelines.orchestration.rebuild import Outcome, rebuild
from pipelines.settings import Settings
from pipelines.steward.workbook import write_workbook
from tests.conftest import AS_OF, DEMOLITIONS
from tests.faults.killing import Tables, landed, tables
from tests.pipeline.desk import ask, bring_back, drop, held, set_aside
from tests.pipeline.sheets import mend
from tests.pipeline.test_steward_persons import TICKETS

FEEDS = ("demolitions", "hotline_tickets")
CALLS = "编号,热线,来电人,电话,内容,受理时间\n"
CALL = "{0},12319热线,阿甲,13900000001,占道,2017-02-{1} 10:00:00\n"


def load(settings: Settings, city: City) -> None:
    for feed in FEEDS:
        assert not ingest_feed(settings, city, feed, AS_OF).problems


@pytest.fixture
def home(settings: Settings, write_city: Callable[..., City], tmp_path: Path) -> tuple[Settings, City]:
    """Two feeds; a record corrected later; rows refused, of which one waits, one was set aside, and two were mended, one with the person
    left as he was; and a frozen evaluation."""
    city = write_city(DEMOLITIONS, TICKETS)
    refused = "2,W2,2017-02-30,3,自拆\n3,W3,2017-02-29,3,自拆\n4,W4,没有,1,强拆\n"
    drop(settings, "demolitions/a.csv", f"1,W1,2017-01-05,10.5,自拆\n{refused}")
    drop(settings, "hotline/a.csv", CALL.format(7, 30), header=CALLS)
    load(settings, city)
    drop(settings, "demolitions/b.csv", "1,W1,2017-01-05,12,自拆\n5,W5,2017-01-06,2,强拆\n")
    drop(settings, "hotline/b.csv", CALL.format(7, "07") + CALL.format(8, "07"), header=CALLS)
    load(settings, city)
    set_aside(settings, [row for row in held(settings) if row.key == "4"])
    book = tmp_path / "refused.xlsx"
    write_workbook(settings, city, book, held(settings, "open", feed="demolitions"))
    bring_back(settings, city, mend(book, "demolitions", {"2017-02-30": {"demolished_on": "2017-02-28"}}))
    drop(settings, "hotline/c.csv", CALL.format(9, 30), header=CALLS)
    load(settings, city)
    write_workbook(settings, city, book, held(settings, "open", feed="hotline_tickets"))
    bring_back(
        settings, city, mend(book, "hotline_tickets", {"2017-02-30 10:00:00": {"accepted_at": "2017-02-28 10:00:00"}})
    )
    with write_connection(settings) as connection:
        connection.execute("create schema core")
        connection.execute("create table core.fct_evaluation_frozen as select 'month' as period_id, 0.5 as score")
        keep_history(settings, connection)
    return settings, city


def what_stands(settings: Settings) -> Tables:
    return tables(settings.build_db, "raw", "quarantine", "ops", "core")


def anew(settings: Settings, city: City, **asked: object) -> Outcome:
    return rebuild(settings, city, lambda *_: None, with_models=False, **asked)  # type: ignore[arg-type]


def garbage(settings: Settings) -> None:
    settings.build_db.write_bytes(b"no database at all" * 1_000)


@pytest.mark.parametrize(
    "loss", [pytest.param("none", marks=pytest.mark.slow), pytest.param("deleted", marks=pytest.mark.slow), "garbage"]
)
def test_the_rebuilt_warehouse_is_the_one_that_was_there(home: tuple[Settings, City], loss: str) -> None:
    settings, city = home
    was, files = what_stands(settings), landed(settings.home)
    assert {status for (status,) in ask(settings, "select distinct status from ops.quarantine_now")} == {
        "open",
        "dismissed",
        "replaced",
    }
    assert len(was["raw.hotline_tickets"]) == 3 and was["core.fct_evaluation_frozen"]
    if loss == "deleted":
        settings.build_db.unlink()
    if loss == "garbage":
        garbage(settings)
    done = anew(settings, city)
    assert (done.batches.loaded, done.batches.told.kind) == (7, "build" if loss == "none" else "books")
    assert (done.batches.judged_otherwise, done.batches.told.lost) == ([], [])
    assert what_stands(settings) == was
    assert landed(settings.home) == files
    assert check_conservation(settings) == []
    assert damaged_file(settings).exists() == (loss == "garbage")
    drop(settings, "demolitions/d.csv", "6,W6,2017-01-07,2,强拆\n")
    assert [line.batch_seq for line in ingest_feed(settings, city, "demolitions", AS_OF).batches] == [8]


def test_after_a_rebuild_nothing_of_the_last_complete_build_is_known(home: tuple[Settings, City]) -> None:
    settings, city = home
    transform.record_build(settings, city, AS_OF, {"raw.demolitions": "1"})
    assert kept.load(settings, city) and not transform.needs_full_refresh(settings, city, AS_OF)
    anew(settings, city)
    assert kept.load(settings, city) is None and transform.needs_full_refresh(settings, city, AS_OF)


def test_a_deleted_or_broken_build_file_is_told_and_costs_no_landing_copy(home: tuple[Settings, City]) -> None:
    settings, city = home
    files = landed(settings.home)
    settings.build_db.unlink()
    with pytest.raises(SetupError, match="is gone") as told:
        ingest_feed(settings, city, "demolitions", AS_OF)
    assert "chengguan rebuild" in told.value.remedy_zh
    garbage(settings)
    with pytest.raises(SetupError, match="cannot be read") as told:
        ingest_feed(settings, city, "demolitions", AS_OF)
    assert "chengguan rebuild" in told.value.remedy_en
    assert landed(settings.home) == files


@pytest.mark.slow
def test_an_older_build_file_is_refused_before_it_takes_good_landing_copies_for_a_killed_nights(
    home: tuple[Settings, City], tmp_path: Path
) -> None:
    settings, city = home
    older = shutil.copy(settings.build_db, tmp_path / "older.duckdb")
    drop(settings, "demolitions/d.csv", "6,W6,2017-01-07,2,强拆\n")
    load(settings, city)
    was, files = what_stands(settings), landed(settings.home)
    shutil.copy(older, settings.build_db)
    with pytest.raises(SetupError, match="older than landing: it lacks 1 batches"):
        ingest_feed(settings, city, "demolitions", AS_OF)
    assert landed(settings.home) == files
    assert anew(settings, city).batches.told.kind == "books"
    now = what_stands(settings)
    for table in set(was) - {"ops.batch_measures", "ops.batch_verdicts"}:  # kept by the night, when it is complete
        assert now[table] == was[table], table


@pytest.mark.slow
@pytest.mark.parametrize("step", ["load_reference", "rebuild_batches", "swap_in"])
def test_a_rebuild_that_was_killed_leaves_the_old_file_and_begins_again(
    home: tuple[Settings, City], monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    settings, city = home
    was = what_stands(settings)

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(rebuilding, step, killed)
    with pytest.raises(KeyboardInterrupt):
        anew(settings, city)
    assert what_stands(settings) == was and books_file(settings).exists()
    monkeypatch.undo()
    anew(settings, city)
    assert what_stands(settings) == was


@pytest.mark.slow
def test_a_log_that_outlived_its_file_is_not_played_into_the_fresh_one(home: tuple[Settings, City]) -> None:
    settings, city = home
    was = what_stands(settings)
    garbage(settings)
    wal_of(settings.build_db).write_bytes(b"of another file")
    anew(settings, city)
    assert not wal_of(settings.build_db).exists() and what_stands(settings) == was


def test_a_batch_without_a_landing_copy_is_carried_over_or_named(home: tuple[Settings, City]) -> None:
    settings, city = home
    was = what_stands(settings)
    [(first, source)] = ask(settings, "select batch_id, source from ops.ledger where batch_seq = 1")
    (settings.landing / "demolitions" / f"{first}.parquet").unlink()
    assert anew(settings, city).batches.carried == 1
    assert what_stands(settings) == was
    garbage(settings)
    with pytest.raises(SetupError, match="would lose 1 batches") as told:
        anew(settings, city)
    assert str(source) in told.value.also[0] and books_file(settings).exists()
    assert anew(settings, city, accept_loss=True).batches.left_out == [f"demolitions: {source}"]
    assert ask(settings, "select min(batch_seq) from ops.ledger") == [(2,)]
    again = ingest_feed(settings, city, "demolitions", AS_OF)
    assert [line.source for line in again.batches] == [source], "what still lies in the inbox is read again"


@pytest.mark.slow
def test_a_batch_that_todays_profile_judges_otherwise_is_told(home: tuple[Settings, City]) -> None:
    settings, city = home
    column = city.feeds["demolitions"].columns["method"]
    column.map["强拆"] = "no such code"
    told = anew(settings, city).batches.judged_otherwise
    assert told == ["demolitions: demolitions/b.csv: loaded 2 → 1, quarantined 0 → 1"]
    assert check_conservation(settings) == []


@pytest.mark.slow
def test_without_any_ledger_nothing_is_rebuilt(home: tuple[Settings, City]) -> None:
    settings, city = home
    for file in (settings.build_db, *(of(settings) for of in FILES)):
        file.unlink()
    with pytest.raises(SetupError, match="nothing to rebuild by"):
        anew(settings, city)


FROZEN = "core.fct_evaluation_frozen"


@pytest.mark.slow
@pytest.mark.parametrize("is_earlier", [False, True], ids=["broken", "of an earlier version"])
def test_evaluations_come_back_from_where_they_were_kept_and_are_said_to_be_lost_where_that_is_broken(
    home: tuple[Settings, City], *, is_earlier: bool
) -> None:
    settings, city = home
    was = what_stands(settings)
    if is_earlier:  # the history had them before they had a file of their own
        with duckdb.connect(str(history_file(settings))) as history:
            history.execute(f"attach '{frozen_file(settings)}' as apart (read_only); create schema if not exists core")
            history.execute(f"create table {FROZEN} as select * from apart.{FROZEN}")
        frozen_file(settings).unlink()
    else:
        frozen_file(settings).write_bytes(b"no database at all" * 1_000)
    settings.build_db.unlink()
    done = anew(settings, city)
    assert (FROZEN in done.batches.told.lost) != is_earlier
    assert (FROZEN in what_stands(settings)) == is_earlier
    assert not is_earlier or what_stands(settings)[FROZEN] == was[FROZEN]


@pytest.mark.slow
def test_a_home_without_books_takes_the_ledger_of_its_release_and_says_what_is_lost(
    home: tuple[Settings, City],
) -> None:
    settings, city = home
    was = what_stands(settings)
    folder = settings.releases / "20170925.1"
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / "serving.duckdb")) as connection:
        connection.execute(f"attach '{settings.build_db}' as build (read_only)")
        connection.execute("create schema meta")
        connection.execute("create schema core")
        connection.execute("create table meta.batches as select * from build.ops.ledger")
        connection.execute("create table meta.release as select date '2017-09-25' as as_of")
        connection.execute("create table core.fct_evaluation_frozen as select * from build.core.fct_evaluation_frozen")
    settings.current.symlink_to(folder)
    for file in (settings.build_db, *(of(settings) for of in FILES)):
        file.unlink()
    done = anew(settings, city)
    assert done.batches.told.kind == "release" and "ops.quarantine_actions" in done.batches.told.lost
    now = what_stands(settings)
    for table in ("raw.demolitions", "raw.hotline_tickets", "quarantine.demolitions", "core.fct_evaluation_frozen"):
        assert now[table] == was[table]
    assert check_conservation(settings) == []
