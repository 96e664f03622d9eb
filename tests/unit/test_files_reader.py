"""Workbooks and delimited text come out as strings with the row a person would count."""

from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from pipelines.city import FileSource
from pipelines.errors import InputError
from pipelines.readers import ROW, UNREADABLE
from pipelines.readers.base import join_header
from pipelines.readers.files import read_file


def source(**keys: object) -> FileSource:
    return FileSource.model_validate({"kind": "file", "files": ["*"], **keys})


def rows(path: Path, profile: FileSource) -> tuple[pl.DataFrame, dict[str, int]]:
    extract = read_file(path, profile, path.name)
    return pl.concat(list(extract.chunks)), extract.skipped


def workbook(path: Path, lines: list[list[object]]) -> Path:
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("台账")
    for at, line in enumerate(lines):
        for column, cell in enumerate(line):
            if cell is not None:
                sheet.write(at, column, cell)
    book.close()
    return path


def test_a_ledger_with_title_and_two_line_header_keeps_its_row_numbers(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "台账.xlsx",
        [
            ["违法建设台账"],
            [],
            ["编号", "面积", None, "备注"],
            [None, "占地", "建筑"],
            ["0007", 12.5, 30, None],
            [],
            ["小计", 12.5, 30],
            ["0008", 1, 2, "x"],
        ],
    )
    frame, skipped = rows(path, source(header_rows=[3, 4], skip_rows_matching=["小计"]))
    assert frame.columns[3:] == ["编号", "面积/占地", "面积/建筑", "备注"]
    assert frame[ROW].to_list() == [5, 8]
    assert frame["编号"].to_list() == ["0007", "0008"]
    assert skipped == {"blank": 1, "小计": 1}


def test_a_csv_says_its_encoding_and_keeps_broken_rows(tmp_path: Path) -> None:
    path = tmp_path / "拆除.csv"
    path.write_text('编号,名称\n1,甲\n\n2,乙,多余\n3\n4,"两\n行"\n5,丁\n', encoding="gb18030")
    extract = read_file(path, source(), path.name)
    frame = pl.concat(list(extract.chunks))
    assert extract.encoding == "gb18030"
    assert frame[ROW].to_list() == [2, 4, 5, 6, 7]
    assert frame.filter(pl.col(UNREADABLE).is_not_null())[UNREADABLE].to_list() == ["2,乙,多余", "3"]
    assert frame["名称"].drop_nulls().to_list() == ["甲", "两\n行", "丁"]


def test_leading_zeros_survive(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("编号\n007\n", encoding="utf-8-sig")
    assert rows(path, source())[0]["编号"].to_list() == ["007"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("leer.xlsx", b"", "the file is empty"),
        ("kaputt.xlsx", b"PK\x03\x04 not a workbook", "cannot be read"),
        ("bild.png", b"\x89PNG", "files of the kind '.png' are not read"),
        ("binary.csv", b"\xff\xff\xff\xff\x00", "the file is not in utf-8-sig or gb18030"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_a_remedy(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError) as error:
        read_file(path, source(), name)
    assert said in error.value.en
    assert error.value.where["file"] == name
    assert error.value.remedy_zh and error.value.remedy_en


def test_a_missing_sheet_is_named_beside_those_that_exist(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["编号"], ["1"]])
    with pytest.raises(InputError) as error:
        read_file(path, source(sheets=["别的"]), "a.xlsx")
    assert error.value.where["sheet"] == "别的"
    assert error.value.where["value"] == "台账"


def test_headers_that_come_twice_or_not_at_all_get_names_of_their_own() -> None:
    assert join_header([["编号", "日期", "日期", None]]) == ["编号", "日期", "日期#2", "第4列"]


def test_full_width_forms_and_line_breaks_of_a_header_do_not_matter() -> None:
    assert join_header([["罚款金额\n（万元）"]]) == ["罚款金额(万元)"]
