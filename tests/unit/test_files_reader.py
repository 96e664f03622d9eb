"""Which reader a file comes to, and what is said of a file that is none or does not stay as it is."""

import os
from pathlib import Path

import pytest

from pipelines.errors import InputError
from pipelines.readers.base import join_header
from tests.reading import CHINESE, cells, opened, read, source, text, workbook


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("leer.xlsx", b"", "the file is empty"),
        ("kaputt.xlsx", b"PK\x03\x04 not a workbook", "cannot be read"),
        ("bild.png", b"\x89PNG", "files of the kind '.png' are not read"),
        ("bericht.csv", b"%PDF-1.7", "files of the kind '.csv' are not read (PDF)"),
        ("liste.dat", b"a,b\n1,2\n", "files of the kind '.dat' are not read"),
        ("kaputt.parquet", b"no parquet", "it is no parquet file"),
        ("seite.xls", b"\xef\xbb\xbf\r\n<html><body><table>", "a web page (HTML)"),
        ("fehler.json", b"<!DOCTYPE html><html>", "a web page (HTML)"),
        ("tabelle.xls", b'<?xml version="1.0"?><Workbook/>', "an XML file"),
        ("wirr.xls", bytes(range(256)), "it is no workbook"),
        ("leer.zip", b"PK\x05\x06" + bytes(18), "the zip file holds nothing"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_a_remedy(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    path = text(tmp_path / name, content)
    with pytest.raises(InputError) as error:
        opened(path)
    assert said in error.value.en
    assert error.value.where["file"] == name
    assert error.value.remedy_zh and error.value.remedy_en


def test_delimited_text_under_the_name_of_a_workbook_is_read_as_text(tmp_path: Path) -> None:
    path = text(tmp_path / "导出.xls", CHINESE.replace(",", "\t"), "gb18030")
    assert cells(read(path))[1] == ("2", "违法建设", "宁边路街道", "拆除")


def test_a_workbook_under_another_workbooks_name_is_read(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"台账": [["编号"], ["007"]]}).rename(tmp_path / "a.xls")
    assert cells(read(path)) == [("007",)]


def test_a_file_without_a_known_suffix_is_read_by_the_stated_format(tmp_path: Path) -> None:
    path = text(tmp_path / "export.dat", "a,b\n1,2\n")
    assert cells(read(path, format="text")) == [("1", "2")]


def test_a_file_that_contradicts_the_stated_format_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"台账": [["编号"], ["1"]]})
    with pytest.raises(InputError, match="says the format is json, but the file is workbook"):
        opened(path, format="json")


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not there"):
        opened(tmp_path / "weg.csv")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="this is a folder"):
        opened(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_file_that_may_not_be_read_is_said_to_be_so(tmp_path: Path) -> None:
    path = text(tmp_path / "a.csv", "a\n1\n")
    path.chmod(0)
    with pytest.raises(InputError, match="no permission"):
        opened(path)


def test_a_file_that_grows_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = text(tmp_path / "a.csv", "a,b\n1,2\n")
    chunks = opened(path).chunks
    with path.open("a") as stream:
        stream.write("3,4\n")
    with pytest.raises(InputError, match="changed while it was read"):
        list(chunks)


def test_a_file_that_is_taken_away_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = text(tmp_path / "a.csv", "a,b\n1,2\n")
    chunks = opened(path).chunks
    path.unlink()
    with pytest.raises(InputError, match="not there"):
        list(chunks)


def test_headers_that_come_twice_or_not_at_all_get_names_of_their_own() -> None:
    assert join_header([["编号", "日期", "日期", None]]) == ["编号", "日期", "日期#2", "第4列"]


def test_no_two_columns_get_one_name() -> None:
    assert join_header([["日期", "日期", "日期#2"]]) == ["日期", "日期#2", "日期#2#2"]


def test_a_file_with_the_readers_own_columns_is_read(tmp_path: Path) -> None:
    frame = read(text(tmp_path / "a.csv", "_source_row,1,0\n7,x,y\n"))
    assert frame.columns[3:] == ["_source_row#2", "1", "0"]
    assert cells(frame) == [("7", "x", "y")]


def test_full_width_forms_and_line_breaks_of_a_header_do_not_matter() -> None:
    assert join_header([["罚款金额\n（万元）"]]) == ["罚款金额(万元)"]


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"encoding": "klingon"}, "is no encoding"),
        ({"encoding": "base64"}, "is no encoding"),
        ({"delimiter": '"'}, "delimits no cells"),
        ({"header_rows": [-1, 0, 1]}, "numbers from 1"),
        ({"header_rows": [1, 3]}, "follow each other"),
        ({"format": "json", "sheets": ["a"]}, "sheets says nothing of a file of the format json"),
        ({"format": "text", "records": "a"}, "records says nothing of a file of the format text"),
    ],
)
def test_a_profile_that_cannot_be_meant_is_refused(keys: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        source(**keys)
