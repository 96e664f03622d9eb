"""No spelling of a sheet's far corner gets past the look that keeps the workbook library from asking for 500 GB."""

import contextlib
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.errors import InputError
from pipelines.readers.limits import check_workbook
from tests.reading import changed_zip, workbook

SHEET = "xl/worksheets/sheet1.xml"
RELATIONS = "xl/_rels/workbook.xml.rels"


@pytest.fixture
def spoilt(tmp_path: Path) -> Callable[[bytes], Path]:
    """A small ledger with more in its sheet."""
    sound = workbook(tmp_path / "sound.xlsx", {"台账": [["编号", "面积"], ["1", 2]]})

    def spoil(more: bytes) -> Path:
        end = b"</sheetData>"
        return changed_zip(sound, tmp_path / "a.xlsx", {SHEET: lambda old: old.replace(end, more + end)})

    return spoil


@pytest.mark.parametrize(
    "far",
    [
        b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        b"<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>",
        b'<row r="1048576"><c r="XFD1048576" a="/"><v>1</v></c></row>',
        b'<row\tr="1048576"><c\nr="XFD1048576"><v>1</v></c></row>',
        b'<row r="1048576"><c a=">" r="XFD1048576"><v>1</v></c></row>',
        b"<row>" + b"<c><v>1</v></c>" * 4_000 + b"</row>" + b"<row/>" * 40_000 + b"<row><c><v>1</v></c></row>",
    ],
)
def test_a_far_corner_is_refused_however_it_is_written(spoilt: Callable[[bytes], Path], far: bytes) -> None:
    with pytest.raises(InputError) as refused:
        check_workbook(spoilt(far), "a.xlsx")
    assert refused.value.remedy_zh and refused.value.remedy_en


def test_a_sheet_under_another_name_than_xml_is_looked_at_too(spoilt: Callable[[bytes], Path], tmp_path: Path) -> None:
    sheet = b'<worksheet><sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    path = changed_zip(spoilt(b""), tmp_path / "b.xlsx", {"xl/worksheets/sheet1.dat": sheet})
    with pytest.raises(InputError, match="spans 1048576 rows"):
        check_workbook(path, "b.xlsx")


@pytest.mark.parametrize(
    "long", [b"<x" + b' r="A1"' * 1_000_000 + b"/>", b"<c" + b' s="1"' * 1_000_000 + b"/>", b"<row " * 1_000_000]
)
def test_a_long_tag_takes_no_more_than_its_length_of_time(spoilt: Callable[[bytes], Path], long: bytes) -> None:
    path, began = spoilt(long), time.monotonic()
    with contextlib.suppress(InputError):
        check_workbook(path, "a.xlsx")
    assert time.monotonic() - began < 20


def test_formats_that_reach_far_are_no_cells(spoilt: Callable[[bytes], Path]) -> None:
    check_workbook(spoilt(b'<row r="1048576" s="1"><c r="XFD1048576" s="1"/></row>'), "a.xlsx")
