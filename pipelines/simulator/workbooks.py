"""Files with the same bytes for the same content: workbooks and GB18030 text.

Belongs here: bytes. A file that already has the right bytes is left alone, so that a night without news touches nothing.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

import xlsxwriter

from pipelines.simulator.trouble import Cell, Row

#: A workbook carries the moment of its making; ours always carry this one.
CREATED = datetime(2017, 9, 25, 14, 4, 19)
WRITTEN_STYLES = ("cell", "%Y-%m-%d", "slash", "%Y.%m.%d", "zh")


def in_style(day: date | None, style: int) -> Cell:
    """A date as one clerk or another writes it: a true date cell, or text in one of four forms."""
    if day is None:
        return None
    form = WRITTEN_STYLES[style % len(WRITTEN_STYLES)]
    if form == "cell":
        return day
    if form == "slash":
        return f"{day.year}/{day.month}/{day.day}"
    if form == "zh":
        return f"{day.year}年{day.month}月{day.day}日"
    return day.strftime(form)


def replace_if_new(path: Path, content: bytes) -> None:
    """Writes the file unless it already holds just that."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_file() and path.read_bytes() == content:
        return
    temporary = path.with_name(f".{path.name}.writing")
    temporary.write_bytes(content)
    temporary.replace(path)


Lines = Sequence[Sequence[Cell]]
Merges = Sequence[tuple[int, int, int, int]]


def write_workbook(path: Path, sheet: str, lines: Lines, merges: Merges = ()) -> None:
    """One sheet with those lines. `merges` are (first row, first column, last row, last column), from 0; the first cell's text stays."""
    write_sheets(path, [(sheet, lines, merges)])


def write_sheets(path: Path, sheets: Sequence[tuple[str, Lines, Merges]]) -> None:
    """A workbook of several sheets, each (name, lines, merges)."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": sheets[0][0], "author": "simulator", "created": CREATED})
    day = book.add_format({"num_format": "yyyy/m/d"})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    middle = book.add_format({"align": "center", "valign": "vcenter", "text_wrap": True})
    for sheet, lines, merges in sheets:
        page = book.add_worksheet(sheet)
        for at, line in enumerate(lines):
            for column, cell in enumerate(line):
                if cell is None:
                    continue
                if isinstance(cell, datetime):
                    page.write_datetime(at, column, cell, moment)
                elif isinstance(cell, date):
                    page.write_datetime(at, column, datetime(cell.year, cell.month, cell.day), day)
                elif isinstance(cell, str):
                    page.write_string(at, column, cell)
                else:
                    page.write_number(at, column, cell)
        for first, left, last, right in merges:
            page.merge_range(first, left, last, right, lines[first][left] or "", middle)
    book.close()
    replace_if_new(path, stream.getvalue())


def write_text(path: Path, header: Sequence[str], lines: Sequence[Sequence[Cell]]) -> None:
    """Comma-separated text in GB18030, as an older export program writes it: to the minute, with slashes."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(header)
    for line in lines:
        writer.writerow([_as_text(cell) for cell in line])
    replace_if_new(path, stream.getvalue().encode("gb18030"))


def _as_text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.strftime("%Y/%m/%d %H:%M")
    return cell.strftime("%Y/%m/%d") if isinstance(cell, date) else str(cell)


def table(columns: Mapping[str, str], rows: Sequence[Row]) -> tuple[list[str], list[list[Cell]]]:
    """(header, lines) of rows under the headers that a file has for their fields."""
    return list(columns.values()), [[row.get(field) for field in columns] for row in rows]
