"""What a workbook to be mended looks like, what is said to be right, and how rows are named."""

import datetime as dt
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.city import City
from pipelines.errors import InputError, ProfileError
from pipelines.feeds import FEEDS
from pipelines.landing import quarantine
from pipelines.landing.canonical import References
from pipelines.landing.ingest import ingest_feed
from pipelines.landing.store import read_connection
from pipelines.settings import Settings
from pipelines.steward.fields import choices, desk_profile, expected
from pipelines.steward.rows import HeldRow, Wanted, count_reasons, find_rows, open_desk, rows_named
from pipelines.steward.workbook import title, write_workbook
from tests.conftest import AS_OF, DEMOLITIONS
from tests.pipeline.sheets import column_of, read_sheets

HEADER = "编号,违建编号,拆除日期,面积,方式\n"
PAYMENTS = """
feed = "investments"
[source]
kind = "file"
files = ["payments/*"]
[columns.payment_no]
from = ["号"]
[columns.program_id]
from = ["项目"]
[columns.program_name]
from = ["名称"]
[columns.amount_yuan]
from = ["金额"]
unit = "万元"
[columns.paid_on]
from = ["日期"]
"""


@pytest.fixture
def rows(settings: Settings, write_city: Callable[..., City]) -> list[HeldRow]:
    """Two refused rows: a day that does not exist; a number and a code that are none."""
    city = write_city()
    path = settings.inbox_dir / "demolitions/a.csv"
    path.parent.mkdir()
    path.write_text(HEADER + "2,W2,2017-02-30,3,自拆\n3,W3,2017-03-01,约5,爆破\n", encoding="utf-8")
    ingest_feed(settings, city, "demolitions", AS_OF)
    return found(settings)


def found(settings: Settings, **wanted: object) -> list[HeldRow]:
    with open_desk(settings) as connection:
        return find_rows(connection, Wanted(**wanted))  # type: ignore[arg-type]


@pytest.fixture
def book(settings: Settings, rows: list[HeldRow], write_city: Callable[..., City], tmp_path: Path) -> Path:
    path = tmp_path / "refused.xlsx"
    assert write_workbook(settings, write_city(), path, rows) == {"demolitions": 2}
    return path


def part_of(book: Path, name: str) -> str:
    """A part of the xlsx file; sheet 1 is the instructions."""
    with zipfile.ZipFile(book) as package:
        return package.read(name).decode()


def test_a_row_is_called_the_same_in_python_and_in_the_warehouse(settings: Settings, rows: list[HeldRow]) -> None:
    assert [row.row_id for row in rows] == [quarantine.row_id(row.batch_id, row.sheet, row.row) for row in rows]


def test_rows_are_found_by_rule_field_and_night(settings: Settings, rows: list[HeldRow]) -> None:
    assert [row.key for row in found(settings, rule="bad_date")] == ["2"]
    assert [row.key for row in found(settings, field="method")] == ["3"]
    assert found(settings, rule="bad_date", field="method") == []
    assert len(found(settings, day=AS_OF)) == 2
    assert found(settings, day=AS_OF - dt.timedelta(days=1)) == []


def test_a_row_with_two_reasons_counts_for_both(settings: Settings, rows: list[HeldRow]) -> None:
    with open_desk(settings) as connection:
        counted = count_reasons(connection, Wanted())
    assert sorted(line[1:] for line in counted) == [
        ("bad_date", "demolished_on", "open", 1),
        ("bad_number", "demolished_area_m2", "open", 1),
        ("unknown_code", "method", "open", 1),
    ]


def test_unknown_feeds_and_statuses_are_named() -> None:
    with pytest.raises(ProfileError, match="nonsense"):
        Wanted(feed="nonsense")
    with pytest.raises(InputError, match="nonsense"):
        Wanted(statuses=("nonsense",))


def test_the_first_digits_name_a_row_and_a_prefix_of_two_rows_does_not(
    settings: Settings, rows: list[HeldRow], monkeypatch: pytest.MonkeyPatch
) -> None:
    with read_connection(settings) as connection:
        assert rows_named(connection, [rows[0].row_id[:6].upper()])[0].row_id == rows[0].row_id
        for name in ("0000000000", "zz", "'; drop"):
            with pytest.raises(InputError) as refused:
                rows_named(connection, [name])
            assert refused.value.where["value"] == name


def test_two_rows_whose_names_begin_alike_are_shown_longer_and_told_apart(
    settings: Settings, write_city: Callable[..., City], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Names are made alike in their first digits, as happens once in a million rows or so.
    alike = quarantine.row_id_sql
    monkeypatch.setattr(quarantine, "row_id_sql", lambda table: f"'aaaaaaaaaaaa' || right({alike(table)}, 52)")
    city = write_city()
    path = settings.inbox_dir / "demolitions/a.csv"
    path.parent.mkdir()
    path.write_text(HEADER + "2,W2,?,3,自拆\n3,W3,?,5,自拆\n", encoding="utf-8")
    ingest_feed(settings, city, "demolitions", AS_OF)
    held = found(settings)
    assert [len(row.id) for row in held] == [20, 20]
    with read_connection(settings) as connection:
        assert rows_named(connection, [held[0].id])[0].key == held[0].key
        with pytest.raises(InputError, match="more than one") as refused:
            rows_named(connection, ["aaaaaaaaaa"])
    assert held[0].row_id[:18] in refused.value.remedy_en


def test_a_sheet_has_the_place_the_reasons_and_the_record_in_both_languages(book: Path) -> None:
    lines = read_sheets(book)["demolitions"]
    assert lines[0][column_of(lines, "demolished_on")] == title("demolished_on", "拆除日期", "Demolished")
    first = lines[1]
    assert (first[column_of(lines, "_source")], first[column_of(lines, "_row")]) == ("demolitions/a.csv", "2")
    assert first[column_of(lines, "demolished_on")] == "2017-02-30"
    reasons = first[column_of(lines, "_reasons")] or ""
    assert "不是存在的日期" in reasons and "not a date that exists" in reasons


def test_only_bad_cells_are_marked_and_commented(book: Path) -> None:
    comments = re.findall(r'<comment ref="([A-Z]+)(\d+)"', part_of(book, "xl/comments1.xml"))
    lines = read_sheets(book)["demolitions"]
    letters = {
        name: chr(ord("A") + column_of(lines, name)) for name in ("demolished_on", "demolished_area_m2", "method")
    }
    assert {(column, row) for column, row in comments if row != "1"} == {
        (letters["demolished_on"], "2"), (letters["demolished_area_m2"], "3"), (letters["method"], "3"),
    }  # fmt: skip
    said = part_of(book, "xl/comments1.xml")
    assert "日期，如 2017-09-25" in said and "以下之一：自拆、强拆、self、forced" in said
    styles = re.findall(r'<c r="([A-Z]+\d+)" s="(\d+)"', part_of(book, "xl/worksheets/sheet2.xml"))
    style = dict(styles)
    assert style[f"{letters['demolished_on']}2"] == style[f"{letters['method']}3"] != style[f"{letters['method']}2"]


def test_coded_fields_are_chosen_from_a_list_of_words_and_codes(book: Path) -> None:
    sheet = part_of(book, "xl/worksheets/sheet2.xml")
    assert "'_codes'!$A$1:$A$4" in sheet and 'type="list"' in sheet
    assert [line[0] for line in read_sheets(book)["_codes"]] == ["自拆", "强拆", "self", "forced"]


def test_what_holds_a_row_is_locked_and_its_record_is_not(book: Path) -> None:
    assert "<sheetProtection" in part_of(book, "xl/worksheets/sheet2.xml")
    formats = re.findall(r"<xf [^>]*?(?:/>|>.*?</xf>)", part_of(book, "xl/styles.xml").partition("<cellXfs")[2])
    styles = dict(re.findall(r'<c r="([A-Z]+\d+)" s="(\d+)"', part_of(book, "xl/worksheets/sheet2.xml")))
    assert 'locked="0"' not in formats[int(styles["A2"])]
    assert 'locked="0"' in formats[int(styles["F2"])]


def test_every_cell_is_a_text_and_none_a_formula(book: Path) -> None:
    sheet = part_of(book, "xl/worksheets/sheet2.xml")
    assert "<f>" not in sheet
    assert set(re.findall(r'<c r="[A-Z]+\d+" s="\d+" t="(\w+)"', sheet)) == {"s"}


def test_a_workbook_is_an_xlsx_with_rows_in_it(
    settings: Settings, rows: list[HeldRow], write_city: Callable[..., City], tmp_path: Path
) -> None:
    with pytest.raises(InputError) as refused:
        write_workbook(settings, write_city(), tmp_path / "x.csv", rows)
    assert refused.value.where["key"] == "--to"
    with pytest.raises(InputError):
        write_workbook(settings, write_city(), tmp_path / "x.xlsx", [])
    assert not list(tmp_path.glob("x.*"))


def test_what_would_be_right_is_said_by_type_range_unit_and_list(write_city: Callable[..., City]) -> None:
    city = write_city(DEMOLITIONS, PAYMENTS)
    references = References(city)
    ledger, payments = city.profile_of("demolitions"), city.profile_of("investments")
    assert expected("method", ledger, references)[1] == "one of: 自拆, 强拆, self, forced"
    assert "不小于 0" in expected("demolished_area_m2", ledger, references)[0]
    assert "counted in 万元" in expected("amount_yuan", payments, references)[1]
    assert expected("demolition_no", ledger, references)[1].startswith("must not be empty")
    assert "not later than" in expected("demolished_on", ledger, references)[1]
    assert choices("demolished_on", ledger, references) == []


def test_the_desk_reads_canonical_columns_and_keeps_units_and_codes(write_city: Callable[..., City]) -> None:
    columns = desk_profile(write_city(PAYMENTS).profile_of("investments")).columns
    assert columns["amount_yuan"].synonyms() == ["amount_yuan"]
    assert columns["amount_yuan"].factor == 10_000


def test_a_feed_that_the_city_has_not_is_named(write_city: Callable[..., City]) -> None:
    with pytest.raises(ProfileError, match="staff"):
        write_city().profile_of("staff")


def test_no_sheet_of_a_workbook_can_be_taken_for_a_feed() -> None:
    assert all(len(feed) <= 31 for feed in FEEDS), "a sheet's name has 31 characters at most"
