"""Results as files for those who go on working with them: xlsx, csv or json, told by the file's name.

A cell that a spreadsheet would take for a formula is written so that it cannot be one; what that is stands here for every export
of the project (the pages' own CSV has the same rule in `publish/site/static/show.js`, held together by a test).
"""

import csv
import datetime as dt
import json
import re
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

from pipelines.errors import InputError

KINDS = ("xlsx", "csv", "json")
#: What begins a formula for some spreadsheet: also in full width, and behind blanks that an import strips.
FORMULA = re.compile(r"^[\s\ufeff\u200b]*[=+\-@＝＋－＠]|^[\t\r\n]")
MAX_SHEET_ROWS = 1_048_576
#: How every workbook is written: nothing that stands in a record becomes a formula or a link.
DISARMED = {"strings_to_formulas": False, "strings_to_urls": False, "remove_timezone": True}
#: The look of a cell that stays text, even when a person edits it.
TEXT = {"num_format": "@"}


def write_file(
    path: Path, columns: Sequence[str], rows: Sequence[Sequence[Any]], about: Sequence[tuple[str, Any]]
) -> None:
    """Writes the rows; `about` (what, value) comes with them where the kind of file has a place for it.

    Raises InputError where the name tells no known kind, or a sheet cannot hold so many rows.
    """
    kind = path.suffix.lower().removeprefix(".")
    if kind not in KINDS:
        raise InputError(
            "不支持这种文件", "this kind of file is not written", file=path, key="--to",
            remedy_zh=f"文件名以 {'、'.join('.' + k for k in KINDS)} 结尾", remedy_en=f"let its name end in .{', .'.join(KINDS)}",
        )  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    if kind == "json":
        records = [dict(zip(columns, row, strict=True)) for row in rows]
        content = json.dumps({"about": dict(about), "records": records}, ensure_ascii=False, indent=1, default=_plain)
        path.write_text(content + "\n", encoding="utf-8")
    elif kind == "csv":
        # With a mark in front, or a spreadsheet takes the Chinese for something else.
        with path.open("w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow([disarmed(name) for name in columns])
            writer.writerows([disarmed(cell) for cell in row] for row in rows)
    else:
        _write_workbook(path, columns, rows, about)


def _write_workbook(
    path: Path, columns: Sequence[str], rows: Sequence[Sequence[Any]], about: Sequence[tuple[str, Any]]
) -> None:
    if len(rows) >= MAX_SHEET_ROWS:
        raise InputError(
            "一张工作表放不下这么多行", f"a sheet cannot hold {len(rows):,} rows", file=path, key="--to",
            remedy_zh="改写 .csv，或用 --where 缩小范围", remedy_en="write .csv, or narrow it with --where",
        )  # fmt: skip
    with xlsxwriter.Workbook(str(path), {**DISARMED, "constant_memory": True}) as book:
        bold, as_text = book.add_format({"bold": True}), book.add_format(TEXT)
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        page = book.add_worksheet("records")
        page.write_row(0, 0, columns, bold)
        page.freeze_panes(1, 0)
        for at, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, dt.datetime):
                    page.write_datetime(at, column, cell, moment)
                elif isinstance(cell, dt.date):
                    page.write_datetime(at, column, cell, day)
                elif isinstance(cell, bool):
                    page.write_boolean(at, column, cell)
                elif isinstance(cell, int | float | Decimal):
                    page.write_number(at, column, cell)
                elif cell is not None:
                    page.write_string(at, column, str(cell), as_text if is_formula(cell) else None)
        told = book.add_worksheet("about")
        for at, (what, value) in enumerate(about):
            told.write_string(at, 0, what, bold)
            told.write_string(at, 1, "" if value is None else str(value), as_text)


def is_formula(cell: Any) -> bool:
    """Whether a spreadsheet would take the cell for a formula if nobody told it otherwise. A number below zero is none."""
    return isinstance(cell, str) and FORMULA.match(cell) is not None


def disarmed(cell: Any) -> Any:
    """The cell as it may stand in a CSV, which cannot say that a cell is text: a quote before what would be a formula."""
    return f"'{cell}" if is_formula(cell) else cell


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else str(value)
