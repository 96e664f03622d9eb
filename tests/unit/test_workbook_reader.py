"""Workbooks come out as strings, sheet by sheet; what would take the process down is refused before it is read."""

import io
import re
import zipfile
from pathlib import Path

import polars as pl
import pytest
from msoffcrypto.format.ooxml import OOXMLFile

from pipelines.errors import InputError
from pipelines.readers import ROW, SHEET
from pipelines.readers.limits import column_number
from tests.reading import cells, changed_zip, opened, packed, read, text, workbook

XLS = Path(__file__).parents[3] / "shared" / "data" / "penalty" / "double_publicity_template_2016.xls"
LEDGER = [["编号", "面积"], ["0007", 12.5]]
SHEET_XML = "xl/worksheets/sheet1.xml"


def test_a_ledger_with_title_and_two_line_header_keeps_its_row_numbers(tmp_path: Path) -> None:
    lines = [
        ["违法建设台账"],
        [],
        ["编号", "面积", None, "备注"],
        [None, "占地", "建筑"],
        ["0007", 12.5, 30, None],
        [],
        ["小计", 12.5, 30],
        ["0008", 1, 2, "x"],
    ]
    extract = opened(workbook(tmp_path / "a.xlsx", {"台账": lines}), header_rows=[3, 4], skip_rows_matching=["小计"])
    frame = pl.concat(list(extract.chunks))
    assert frame.columns[3:] == ["编号", "面积/占地", "面积/建筑", "备注"]
    assert frame[ROW].to_list() == [5, 8]
    assert frame["编号"].to_list() == ["0007", "0008"]
    assert extract.skipped == {"blank": 1, "小计": 1}


@pytest.mark.parametrize("titles", [0, 1, 7])
def test_a_header_below_any_number_of_titles_is_found(tmp_path: Path, titles: int) -> None:
    lines = [*[["违法建设台账"]] * titles, ["编号", "面积"], [None, "占地"], ["0007", 1]]
    frame = read(workbook(tmp_path / "a.xlsx", {"台账": lines}), header_rows="find", known=["编号", "面积/占地"])
    assert cells(frame) == [("0007", "1")]
    assert frame[ROW].to_list() == [titles + 3]


def test_a_pattern_reads_every_visible_sheet_that_holds_something(tmp_path: Path) -> None:
    sheets = {
        "2017上": LEDGER,
        "2017下": [["题"], ["编号", "备注"], ["9", "x"]],
        "2017空": [],
        "2017字典": [["a"], ["b"]],
    }
    extract = opened(
        workbook(tmp_path / "a.xlsx", sheets, hidden=["2017字典"]),
        sheets=["2017*"], header_rows="find", known=["编号"],
    )  # fmt: skip
    frame = pl.concat(list(extract.chunks))
    assert extract.parts == {"2017上": ["编号", "面积"], "2017下": ["编号", "备注"]}
    assert cells(frame) == [("0007", "12.5", None), ("9", None, "x")]
    assert frame.select(SHEET, ROW).rows() == [("2017上", 2), ("2017下", 3)]


def test_a_hidden_sheet_is_read_where_it_is_named(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"甲": [["x"]], "乙": LEDGER}, hidden=["乙"])
    assert cells(read(path, sheets=["乙"])) == [("0007", "12.5")]


def test_an_empty_first_sheet_is_passed_over(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"封面": [], "台账": LEDGER})
    assert cells(read(path)) == [("0007", "12.5")]


@pytest.mark.parametrize(
    ("sheets", "said"), [(["别的"], "has no such sheet"), (["别*"], "has no such sheet"), (["空"], "holds nothing")]
)
def test_a_sheet_that_is_not_there_is_named_beside_those_that_are(tmp_path: Path, sheets: list[str], said: str) -> None:
    path = workbook(tmp_path / "a.xlsx", {"台账": LEDGER, "空": []})
    with pytest.raises(InputError, match=said) as error:
        opened(path, sheets=sheets)
    assert error.value.where["sheet"] == sheets[0]


def test_a_workbook_without_any_cell_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no visible sheet"):
        opened(workbook(tmp_path / "a.xlsx", {"空": []}))


def test_an_error_in_a_cell_is_its_text(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"台账": [[], ["编号", "额"], ["1", "=A9"], ["2", 3]]})
    assert cells(read(path, header_rows=[2])) == [("1", "#REF!"), ("2", "3")]


def test_rows_and_columns_of_blanks_at_the_end_are_none(tmp_path: Path) -> None:
    extract = opened(workbook(tmp_path / "a.xlsx", {"台账": [*LEDGER, [], [" ", None, "\t"]]}))
    assert extract.header == ["编号", "面积"]
    assert [cells(chunk) for chunk in extract.chunks] == [[("0007", "12.5")]]
    assert extract.skipped == {"blank": 0}


def test_a_column_without_a_title_is_read_where_it_holds_something(tmp_path: Path) -> None:
    frame = read(workbook(tmp_path / "a.xlsx", {"台账": [["编号"], ["1", None, "x"]]}))
    assert frame.columns[3:] == ["编号", "第3列"]


def test_a_truncated_workbook_is_damaged(tmp_path: Path) -> None:
    whole = workbook(tmp_path / "a.xlsx", {"台账": LEDGER}).read_bytes()
    with pytest.raises(InputError, match="cannot be read"):
        opened(text(tmp_path / "b.xlsx", whole[: len(whole) // 2]))


@pytest.mark.parametrize("name", ["a.xlsx", "a.xls"])
def test_a_workbook_with_a_password_is_not_said_to_be_damaged(tmp_path: Path, name: str) -> None:
    plain = io.BytesIO(workbook(tmp_path / "plain.xlsx", {"台账": LEDGER}).read_bytes())
    with (tmp_path / name).open("wb") as stream:
        OOXMLFile(plain).encrypt("geheim", stream)
    with pytest.raises(InputError, match="protected by a password") as error:
        opened(tmp_path / name)
    assert "密码" in error.value.remedy_zh


def test_macros_under_a_name_without_macros_are_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"台账": LEDGER})
    changed_zip(path, tmp_path / "b.xlsx", {"xl/vbaProject.bin": b"x"})
    with pytest.raises(InputError, match="macros"):
        opened(tmp_path / "b.xlsx")
    assert cells(read((tmp_path / "b.xlsx").rename(tmp_path / "b.xlsm"))) == [("0007", "12.5")]


def test_what_a_sheet_says_of_its_own_size_is_not_believed(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"台账": LEDGER})
    lie = lambda xml: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:NTGSZ1048576"', xml)  # noqa: E731
    assert cells(read(changed_zip(path, tmp_path / "b.xlsx", {SHEET_XML: lie}))) == [("0007", "12.5")]


@pytest.mark.parametrize("cell", [b"XFD1048576", b"CV1048576"])
def test_a_cell_at_the_sheets_far_end_is_refused_before_it_is_laid_out(tmp_path: Path, cell: bytes) -> None:
    row = b'<row r="1048576"><c r="' + cell + b'"><v>1</v></c></row></sheetData>'
    path = workbook(tmp_path / "a.xlsx", {"台账": LEDGER})
    far = changed_zip(path, tmp_path / "b.xlsx", {SHEET_XML: lambda xml: xml.replace(b"</sheetData>", row)})
    with pytest.raises(InputError, match="spans 1048576 rows"):
        opened(far)


def test_a_format_at_the_sheets_far_end_is_no_cell(tmp_path: Path) -> None:
    row = b'<row r="1048576"><c r="XFD1048576" s="1"/></row></sheetData>'
    path = workbook(tmp_path / "a.xlsx", {"台账": LEDGER})
    far = changed_zip(path, tmp_path / "b.xlsx", {SHEET_XML: lambda xml: xml.replace(b"</sheetData>", row)})
    assert cells(read(far)) == [("0007", "12.5")]


def test_cells_that_do_not_say_where_they_stand_are_read_and_counted(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"台账": LEDGER})
    bare = changed_zip(path, tmp_path / "b.xlsx", {SHEET_XML: lambda xml: re.sub(rb' r="[A-Z]*\d+"', b"", xml)})
    assert cells(read(bare)) == [("0007", "12.5")]
    wide = b'<row r="1048576">' + b"<c><v>1</v></c>" * 100 + b"</row></sheetData>"
    far = changed_zip(bare, tmp_path / "c.xlsx", {SHEET_XML: lambda xml: xml.replace(b"</sheetData>", wide)})
    with pytest.raises(InputError, match="spans 1048576 rows by 100 columns"):
        opened(far)


def test_a_sheet_of_formats_alone_takes_nothing_from_the_others(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"台账": LEDGER, "空": []})
    formats = b"".join(b'<c r="%s1" s="1"/>' % name for name in (b"A", b"ZZ", b"XFD")) * 3_000
    ghosts = b'<sheetData><row r="1">' + formats + b"</row></sheetData>"
    added = changed_zip(
        path, tmp_path / "b.xlsx",
        {
            "xl/worksheets/sheet2.xml": lambda xml: xml.replace(b"<sheetData/>", ghosts),
            "xl/calcChain.xml": b"<calcChain>" + b'<c r="A1" i="1"/>' * 6_000 + b"</calcChain>",
        },
    )  # fmt: skip
    assert cells(read(added)) == [("0007", "12.5")]


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"台账": LEDGER})
    bomb = changed_zip(path, tmp_path / "b.xlsx", {"xl/sharedStrings.xml": bytes(100 << 20)})
    with pytest.raises(InputError, match="zip bomb"):
        opened(bomb)


def test_a_broken_checksum_is_found_before_the_rows_are_read(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"台账": LEDGER})
    with zipfile.ZipFile(path) as archive:
        member = archive.getinfo(SHEET_XML)
    data = bytearray(path.read_bytes())
    crc = member.CRC.to_bytes(4, "little")
    data = bytearray(bytes(data).replace(crc, bytes(4)))
    with pytest.raises(InputError, match="cannot be read"):
        opened(text(tmp_path / "b.xlsx", bytes(data)))


def spreadsheet(path: Path, rows: str) -> Path:
    """An OpenDocument spreadsheet of one sheet, as small as readers accept it."""
    spaces = "".join(
        f' xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"' for short in ("office", "table", "text")
    )
    content = (
        f"<office:document-content{spaces}><office:body><office:spreadsheet>"
        f'<table:table table:name="台账">{rows}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    manifest = '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    return packed(path, {"mimetype": kind, "META-INF/manifest.xml": manifest, "content.xml": content})


def ods_row(*texts: str, times: int = 1) -> str:
    inner = "".join(
        f'<table:table-cell office:value-type="string" table:number-columns-repeated="{times}">'
        f"<text:p>{said}</text:p></table:table-cell>"
        for said in texts
    )
    return f"<table:table-row>{inner}</table:table-row>"


def test_an_opendocument_sheet_is_read_without_its_empty_end(tmp_path: Path) -> None:
    end = '<table:table-row table:number-rows-repeated="1048570"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    path = spreadsheet(tmp_path / "a.ods", ods_row("编号", "面积") + ods_row("0007", "1") + end)
    assert cells(read(path)) == [("0007", "1")]


def test_an_opendocument_sheet_of_too_many_columns_is_refused(tmp_path: Path) -> None:
    path = spreadsheet(tmp_path / "a.ods", ods_row("编号", times=6_000) + ods_row("1"))
    with pytest.raises(InputError, match="more cells than can be read"):
        opened(path)


@pytest.mark.skipif(not XLS.exists(), reason="the real files are not on this machine")
@pytest.mark.parametrize("suffix", [".xls", ".xlsx"])
def test_an_old_workbook_is_read_whatever_its_name(tmp_path: Path, suffix: str) -> None:
    path = text(tmp_path / f"a{suffix}", XLS.read_bytes())
    frame = read(path, skip_rows_matching=["文本("])
    assert frame[ROW].to_list() == [3, 4, 5, 6]
    assert frame.columns[3] == "行政许可决定书文号(必填)"


def test_columns_are_numbered_from_a() -> None:
    assert [column_number(letters) for letters in (b"A", b"Z", b"AA", b"XFD")] == [1, 26, 27, 16_384]
