"""A workbook as a steward's spreadsheet program would change it: read whole, cells changed, written again.

Belongs here: changing workbooks in tests. Nothing of the desk's own reading or writing is used.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import fastexcel
import xlsxwriter

Lines = list[list[str | None]]


def read_sheets(path: Path) -> dict[str, Lines]:
    """{sheet: lines of cells}; empty cells are None."""
    book = fastexcel.read_excel(path)
    return {
        name: [
            list(row) for row in book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string").to_polars().rows()
        ]
        for name in book.sheet_names
    }


def write_sheets(path: Path, sheets: Mapping[str, Sequence[Sequence[str | None]]]) -> Path:
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as book:
        for name, lines in sheets.items():
            page = book.add_worksheet(name)
            for at, line in enumerate(lines):
                for column, cell in enumerate(line):
                    if cell is not None:
                        page.write_string(at, column, cell)
    return path


def column_of(lines: Lines, name: str) -> int:
    """The place of the column whose header ends in [name]."""
    return next(at for at, cell in enumerate(lines[0]) if (cell or "").endswith(f"[{name}]"))


def mend(path: Path, feed: str, changes: Mapping[str, Mapping[str, str | None]], to: str = "mended.xlsx") -> Path:
    """A copy beside the workbook; `changes` are {text of any cell of the line: {field: new cell}}."""
    sheets = read_sheets(path)
    for found_by, fields in changes.items():
        [line] = [line for line in sheets[feed][1:] if found_by in line]
        for field, cell in fields.items():
            line[column_of(sheets[feed], field)] = cell
    return write_sheets(path.with_name(to), sheets)
