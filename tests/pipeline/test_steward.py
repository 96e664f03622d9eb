"""The steward's desk: refused rows are written out, mended, brought back through the same door, or set aside, and every one is counted."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.city import City
from pipelines.errors import InputError
from pipelines.landing.conservation import check_conservation
from pipelines.landing.ingest import ingest_feed
from pipelines.landing.store import write_connection
from pipelines.settings import Settings
from pipelines.steward.decisions import dismiss, undismiss
from pipelines.steward.rows import history, open_desk, rows_named
from pipelines.steward.workbook import write_workbook
from tests.conftest import AS_OF
from tests.pipeline.desk import ask, bring_back, drop, held, set_aside
from tests.pipeline.sheets import column_of, mend, read_sheets, write_sheets

BAD = "1,W1,2017-01-05,10.5,自拆\n2,W2,2017-02-30,3,自拆\n3,W3,2017-03-01,约5,爆破\n"


@pytest.fixture
def city(settings: Settings, write_city: Callable[..., City]) -> City:
    """A small town whose ledger has one good row and two bad ones."""
    city = write_city()
    drop(settings, "demolitions/a.csv", BAD)
    assert not ingest_feed(settings, city, "demolitions", AS_OF).problems
    return city


@pytest.fixture
def book(settings: Settings, city: City, tmp_path: Path) -> Path:
    path = tmp_path / "refused.xlsx"
    write_workbook(settings, city, path, held(settings, "open"))
    return path


def test_a_mended_row_is_loaded_and_the_one_it_came_from_is_replaced(
    settings: Settings, city: City, book: Path
) -> None:
    done = bring_back(settings, city, mend(book, "demolitions", {"2017-02-30": {"demolished_on": "2017-02-28"}}))
    assert done.batch is not None
    assert done.batch.batch_seq == 2, "by a later number than all before it the next night finds it"
    assert (done.batch.source_kind, done.batch.rows_loaded, done.batch.rows_quarantined, done.unchanged) == (
        "replay", 1, 0, 1,
    )  # fmt: skip
    loaded = "select demolished_on, method, demolished_area_m2 from raw.demolitions where demolition_no = '2'"
    assert [str(value) for value in ask(settings, loaded)[0]] == ["2017-02-28", "self", "3.00"]
    assert {(row.key, row.status) for row in held(settings)} == {("2", "replaced"), ("3", "open")}
    assert check_conservation(settings) == []


def test_history_tells_who_mended_a_row_and_where_it_went(settings: Settings, city: City, book: Path) -> None:
    bring_back(settings, city, mend(book, "demolitions", {"2017-02-30": {"demolished_on": "2017-02-28"}}))
    [row] = [row for row in held(settings) if row.key == "2"]
    with open_desk(settings) as connection:
        [act] = history(connection, row.row_id)
        assert (act["action"], act["by"], act["day"], act["workbook"]) == ("replaced", "Wang", AS_OF, "mended.xlsx")
        assert history(connection, act["successor"])[0]["origin"] == row.row_id


def test_a_row_that_is_still_wrong_is_refused_again_and_only_that_one_waits(
    settings: Settings, city: City, book: Path
) -> None:
    bring_back(settings, city, mend(book, "demolitions", {"约5": {"demolished_area_m2": "5"}}))
    [again] = [row for row in held(settings, "open") if row.key == "3"]
    assert [reason["rule"] for reason in again.reasons] == ["unknown_code"]
    assert again.source_kind == "replay"
    again_book = book.with_name("again.xlsx")
    write_workbook(settings, city, again_book, [again])
    done = bring_back(settings, city, mend(again_book, "demolitions", {"爆破": {"method": "forced"}}))
    assert done.batch is not None and done.batch.rows_loaded == 1
    assert [row.key for row in held(settings, "open")] == ["2"]
    assert check_conservation(settings) == []


@pytest.mark.parametrize("word", ["强拆", "forced"])
def test_the_sources_word_and_the_code_are_both_understood(
    settings: Settings, city: City, book: Path, word: str
) -> None:
    bring_back(settings, city, mend(book, "demolitions", {"约5": {"demolished_area_m2": "5", "method": word}}))
    assert ask(settings, "select method from raw.demolitions where demolition_no = '3'") == [("forced",)]


def test_replaying_a_workbook_twice_changes_nothing(settings: Settings, city: City, book: Path) -> None:
    mended = mend(book, "demolitions", {"2017-02-30": {"demolished_on": "2017-02-28"}})
    bring_back(settings, city, mended)
    everything = "select (select count(*) from ops.ledger), (select count(*) from raw.demolitions), count(*) from ops.quarantine_actions"
    before = ask(settings, everything)
    again = bring_back(settings, city, mended)
    assert again.batch is None
    assert [left.row.held.key for left in again.skipped] == ["2"]
    assert ask(settings, everything) == before


def test_a_workbook_left_as_it_was_replays_nothing(settings: Settings, city: City, book: Path) -> None:
    done = bring_back(settings, city, mend(book, "demolitions", {}))
    assert (done.batch, done.unchanged, done.skipped) == (None, 2, [])


def test_a_corrected_export_replaces_the_refused_row_and_the_mended_one_is_skipped_unless_forced(
    settings: Settings, city: City, book: Path
) -> None:
    drop(settings, "demolitions/b.csv", "2,W2,2017-02-27,3,自拆\n")
    ingest_feed(settings, city, "demolitions", AS_OF)
    assert [row.key for row in held(settings, "open")] == ["3"]
    mended = mend(book, "demolitions", {"2017-02-30": {"demolished_on": "2017-02-28"}})
    assert [left.row.held.replaced_by_seq for left in bring_back(settings, city, mended).skipped] == [2]
    assert bring_back(settings, city, mended, force=True).batch is not None
    current = "select demolished_on from raw.demolitions where demolition_no = '2' and _superseded_for_on is null"
    assert ask(settings, current) == [(dt.date(2017, 2, 28),)]


def test_a_row_without_a_key_is_never_taken_for_replaced(settings: Settings, city: City) -> None:
    drop(settings, "demolitions/c.csv", ",W9,2017-02-27,3,自拆\nNULL,W9,2017-02-27,3,自拆\n")
    ingest_feed(settings, city, "demolitions", AS_OF)
    drop(settings, "demolitions/d.csv", "9,W9,2017-02-27,3,自拆\n")
    ingest_feed(settings, city, "demolitions", AS_OF)
    assert len([row for row in held(settings, "open") if row.source == "demolitions/c.csv"]) == 2


def test_a_dismissed_row_stays_with_who_when_and_why_and_can_be_taken_back(settings: Settings, city: City) -> None:
    [row] = [row for row in held(settings) if row.key == "3"]
    set_aside(settings, [row])
    counts = "select rows_read, rows_loaded, rows_quarantined, rows_dismissed from ops.ledger"
    assert ask(settings, counts) == [(3, 1, 1, 1)]
    assert check_conservation(settings) == []
    with open_desk(settings) as connection:
        assert rows_named(connection, [row.id])[0].status == "dismissed"
        [act] = history(connection, row.row_id)
    assert (act["by"], act["why"], act["day"]) == ("Li", "测试行", AS_OF)
    with write_connection(settings) as connection:
        undismiss(connection, rows_named(connection, [row.id]), by="Li", why=None, day=AS_OF)
    assert ask(settings, counts) == [(3, 1, 2, 0)]
    assert check_conservation(settings) == []


def test_a_ledger_that_counts_more_dismissed_rows_than_there_are_is_noticed(settings: Settings, city: City) -> None:
    with write_connection(settings) as connection:
        connection.execute("update ops.ledger set rows_quarantined = 1, rows_dismissed = 1")
    [violation] = check_conservation(settings)
    assert (violation.quarantined, violation.dismissed) == (2, 0)


def test_nothing_is_dismissed_twice_without_a_reason_or_without_a_name(settings: Settings, city: City) -> None:
    rows = held(settings, "open")
    with write_connection(settings) as connection:
        for by, why in (("Li", " "), ("", "测试行")):
            with pytest.raises(InputError):
                dismiss(connection, rows, by=by, why=why, day=AS_OF)
    assert len(held(settings, "open")) == 2
    set_aside(settings, rows[:1])
    again = held(settings)
    with pytest.raises(InputError) as refused:
        set_aside(settings, again)
    assert refused.value.where["row"] == str(rows[0].row)
    assert len(held(settings, "open")) == 1


def test_a_dismissed_row_is_not_replayed(settings: Settings, city: City, book: Path) -> None:
    set_aside(settings, held(settings, "open"))
    done = bring_back(settings, city, mend(book, "demolitions", {"2017-02-30": {"demolished_on": "2017-02-28"}}))
    assert done.batch is None and "undismiss" in done.skipped[0].en


def test_a_crash_while_replaying_leaves_everything_as_it_was(
    settings: Settings, city: City, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mended = mend(book, "demolitions", {"2017-02-30": {"demolished_on": "2017-02-28"}})
    monkeypatch.setattr("pipelines.steward.replay.log", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        bring_back(settings, city, mended)
    assert ask(settings, "select count(*) from raw.demolitions") == [(1,)]
    assert {row.status for row in held(settings)} == {"open"}
    monkeypatch.undo()
    assert bring_back(settings, city, mended).batch is not None
    assert check_conservation(settings) == []


def test_a_mended_date_may_not_lie_after_the_day_that_the_data_are_of(
    settings: Settings, city: City, book: Path
) -> None:
    tomorrow = (dt.date.today() + dt.timedelta(days=2)).isoformat()
    bring_back(settings, city, mend(book, "demolitions", {"2017-02-30": {"demolished_on": tomorrow}}))
    [again] = [row for row in held(settings, "open") if row.key == "2"]
    assert [reason["rule"] for reason in again.reasons] == ["in_the_future"]


def _spoil(book: Path, sheet: str, line: int, column: str, cell: str | None) -> Path:
    sheets = read_sheets(book)
    sheets[sheet][line - 1][column_of(sheets[sheet], column)] = cell
    return write_sheets(book.with_name("spoilt.xlsx"), sheets)


@pytest.mark.parametrize(
    "spoilt",
    [(2, "_row_id", "0123456789"), (2, "_row", "99"), (3, "_source", "other.csv"), (1, "method", "方式"), (1, "_row_id", "x")],
)  # fmt: skip
def test_a_spoilt_workbook_is_refused_by_sheet_row_and_column_and_nothing_changes(
    settings: Settings, city: City, book: Path, spoilt: tuple[int, str, str]
) -> None:
    line, column, cell = spoilt
    mended = mend(book, "demolitions", {"2017-02-30": {"demolished_on": "2017-02-28"}}, to="refused.xlsx")
    with pytest.raises(InputError) as refused:
        bring_back(settings, city, _spoil(mended, "demolitions", line, column, cell))
    where = refused.value.where
    assert (where["sheet"], where["row"], where["column"]) == ("demolitions", str(line), column)
    assert refused.value.remedy_en and refused.value.remedy_zh
    assert ask(settings, "select count(*) from ops.ledger") == [(1,)]


def test_a_line_copied_below_itself_is_refused(settings: Settings, city: City, book: Path) -> None:
    sheets = read_sheets(book)
    sheets["demolitions"].append(list(sheets["demolitions"][1]))
    with pytest.raises(InputError) as refused:
        bring_back(settings, city, write_sheets(book.with_name("copied.xlsx"), sheets))
    assert refused.value.where["row"] == "4"


def test_workbooks_of_another_home_and_other_workbooks_are_refused(settings: Settings, city: City, book: Path) -> None:
    sheets = read_sheets(book)
    sheets["_about"][0][1] = "0000"
    for path in (
        write_sheets(book.with_name("other.xlsx"), sheets),
        write_sheets(book.with_name("any.xlsx"), {"x": [["a"]]}),
    ):
        with pytest.raises(InputError) as refused:
            bring_back(settings, city, path)
        assert refused.value.where["sheet"] == "_about"


def test_lines_that_were_deleted_are_left_alone(settings: Settings, city: City, book: Path) -> None:
    sheets = read_sheets(mend(book, "demolitions", {"2017-02-30": {"demolished_on": "2017-02-28"}}))
    sheets["demolitions"] = [line for line in sheets["demolitions"] if "约5" not in line]
    done = bring_back(settings, city, write_sheets(book.with_name("shorter.xlsx"), sheets))
    assert (done.batch is not None, done.unchanged) == (True, 0)
    assert [row.key for row in held(settings, "open")] == ["3"]


def test_a_cell_that_begins_like_a_formula_comes_back_as_it_was(settings: Settings, city: City, tmp_path: Path) -> None:
    drop(settings, "demolitions/f.csv", "=1+1,W8,2017-02-30,3,自拆\n")
    ingest_feed(settings, city, "demolitions", AS_OF)
    path = tmp_path / "formula.xlsx"
    write_workbook(settings, city, path, held(settings, "open"))
    bring_back(settings, city, mend(path, "demolitions", {"=1+1": {"demolished_on": "2017-02-28"}}))
    assert ask(settings, "select demolition_no from raw.demolitions where demolition_no like '=%'") == [("=1+1",)]


def test_a_home_of_an_earlier_version_gets_the_desk(settings: Settings, city: City) -> None:
    with write_connection(settings) as connection:
        for view in ("now", "reasons", "rows"):
            connection.execute(f"drop view ops.quarantine_{view}")
        connection.execute("drop table ops.quarantine_actions")
        connection.execute("alter table ops.ledger drop column rows_dismissed")
        connection.execute("drop table ops.layout")
    assert len(held(settings, "open")) == 2
    assert ask(settings, "select rows_dismissed from ops.ledger") == [(0,)]
    assert check_conservation(settings) == []
