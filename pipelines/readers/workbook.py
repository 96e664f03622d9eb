"""Workbooks (xlsx, xlsm, xls, xlsb, ods): sheets whose every cell is a string.

Belongs here: which sheets are read and what of them are records. A sheet is read whole, within the limits of `limits`; formulas are
read by the value that was saved with them, macros are never run. A cell with an error holds its text ("#REF!"): as an empty cell it would
be judged as if nobody had filled it in.
"""

import fnmatch
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import fastexcel
import polars as pl

from pipelines.city import FileSource
from pipelines.errors import InputError
from pipelines.readers.base import (
    ROW,
    SHEET,
    UNREADABLE,
    Extract,
    columns_together,
    drop_non_records,
    fill_up,
    select_only,
)
from pipelines.readers.faults import damaged, too_large
from pipelines.readers.limits import MOST_COLUMNS, check_workbook
from pipelines.readers.tables import check_only, locate_header, rows_wanted

CHUNK_ROWS = 100_000
_ERRORS = {
    "Div0": "#DIV/0!", "NA": "#N/A", "Name": "#NAME?", "Null": "#NULL!", "Num": "#NUM!", "Ref": "#REF!", "Value": "#VALUE!",
    "GettingData": "#GETTING_DATA",
}  # fmt: skip
_CONTENT_SUFFIXES = {b"PK": (".xlsx", ".xlsm", ".xlsb", ".ods"), b"\xd0\xcf": (".xls",)}


@dataclass
class _Sheet:
    name: str
    header: list[str]
    first_row: int
    body: pl.DataFrame


def read_workbook(path: Path, profile: FileSource, source: str, known: Collection[str]) -> Extract:
    """The rows of the sheets that the profile names or, unless it names any, of the first visible one with a cell.

    A pattern finds visible sheets with cells only; a sheet that is named must be there and hold something.
    Raises InputError where the workbook is damaged, protected or too large, or a sheet or its header is not there.
    """
    check_workbook(path, source)
    book = _open(path, source)
    sheets = [_sheet(name, frame, profile, source, known) for name, frame in _wanted(book, profile, source)]
    header = columns_together(sheet.header for sheet in sheets)
    check_only(profile.only, header, source)
    extract = Extract(
        source=source, header=header, chunks=iter(()), parts={sheet.name: sheet.header for sheet in sheets}
    )

    def chunks() -> Iterator[pl.DataFrame]:
        for sheet in sheets:
            for at in range(0, max(sheet.body.height, 1), CHUNK_ROWS):
                chunk = sheet.body[at : at + CHUNK_ROWS].with_columns(
                    pl.lit(sheet.name).alias(SHEET),
                    pl.int_range(sheet.first_row + at, sheet.first_row + at + pl.len(), dtype=pl.Int64).alias(ROW),
                    pl.lit(None, dtype=pl.String).alias(UNREADABLE),
                )
                kept = drop_non_records(chunk, sheet.header, profile.skip_rows_matching, extract)
                yield select_only(fill_up(kept, header), profile.only, extract.skipped)

    extract.chunks = chunks()
    return extract


def _open(path: Path, source: str) -> fastexcel.ExcelReader:
    with path.open("rb") as stream:
        begin = stream.read(2)
    try:
        # The library goes by a file's name; of bytes it looks what they are.
        right = path.suffix.lower() in _CONTENT_SUFFIXES.get(begin, ())
        return fastexcel.read_excel(path if right else path.read_bytes())
    except BaseException as error:
        raise _explain(error, path, source) from error


def _explain(error: BaseException, path: Path, source: str) -> BaseException:
    """What the library's error means. Its panics are no Exception."""
    if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
        return error
    if "password" in str(error).lower() or "EncryptedPackage".encode("utf-16-le") in path.read_bytes():
        return InputError(
            "工作簿有打开密码", "the workbook is protected by a password", file=source,
            remedy_zh="用 Excel 打开，去掉“用密码进行加密”后另存，再放回", remedy_en="open it in Excel, remove the encryption with a password, save it and put it back",
        )  # fmt: skip
    return damaged(source, error)


def _wanted(book: fastexcel.ExcelReader, profile: FileSource, source: str) -> Iterator[tuple[str, pl.DataFrame]]:
    """(name, cells) of the sheets to be read, in the workbook's order."""
    names = book.sheet_names
    patterns = [pattern.strip() for pattern in profile.sheets]
    found = False
    for name in names:
        exact = name.strip() in patterns
        if patterns and not exact and not any(fnmatch.fnmatchcase(name.strip(), pattern) for pattern in patterns):
            continue
        frame = _cells(book, name, source, exact)
        if exact and frame is None:
            raise InputError(
                "工作表是空的", "the sheet holds nothing", file=source, sheet=name,
                remedy_zh="确认数据在哪个工作表，改正配置中的 sheets", remedy_en="see in which sheet the records are, and mend `sheets` in the profile",
            )  # fmt: skip
        if frame is not None:
            found = True
            yield name, frame
            if not patterns:
                return
    lacking = [p for p in patterns if not any(fnmatch.fnmatchcase(n.strip(), p) or n.strip() == p for n in names)]
    if lacking:
        raise InputError(
            "工作簿中没有该工作表", "the workbook has no such sheet", file=source, sheet="、".join(lacking), value="、".join(names),
            remedy_zh="改正配置中的 sheets，或让来源单位恢复工作表名", remedy_en="mend `sheets` in the profile or the sheet's name",
        )  # fmt: skip
    if not found:
        raise InputError(
            "工作簿里没有内容", "no visible sheet of the workbook holds anything", file=source, value="、".join(names),
            remedy_zh="确认数据所在的工作表没有隐藏；隐藏的工作表要在配置 sheets 中写明全名", remedy_en="see that the sheet is not hidden; a hidden one is to be named in full under `sheets`",
        )  # fmt: skip


def _cells(book: fastexcel.ExcelReader, name: str, source: str, hidden_too: bool) -> pl.DataFrame | None:
    """The sheet's cells from its first row on; None where it is empty, hidden or no sheet of cells (a chart)."""
    try:
        sheet = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string", skip_whitespace_tail_rows=True)
        if not sheet.width or not sheet.height or (sheet.visible != "visible" and not hidden_too):
            return None
        if sheet.width > MOST_COLUMNS:
            raise too_large(source, f"列数超过 {MOST_COLUMNS}", f"it has more than {MOST_COLUMNS} columns", sheet=name)
        batch, errors = sheet.to_arrow_with_errors()
    except InputError:
        raise
    except BaseException as error:
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise damaged(source, error, sheet=name) from error
    frame = pl.from_arrow(batch)
    assert isinstance(frame, pl.DataFrame)
    texts: dict[int, dict[int, str]] = {}
    for fault in errors.errors if errors else []:
        row, column = fault.offset_position
        kind = re.search(r"Error\((\w+)\)", fault.detail)
        texts.setdefault(column, {})[row] = _ERRORS.get(kind.group(1), "#ERROR!") if kind else "#ERROR!"
    for column, by_row in texts.items():
        patched = frame.to_series(column).scatter(list(by_row), list(by_row.values()))
        frame = frame.with_columns(patched)
    return frame


def _sheet(name: str, frame: pl.DataFrame, profile: FileSource, source: str, known: Collection[str]) -> _Sheet:
    rows = frame.head(rows_wanted(profile.header_rows)).rows()
    last, header = locate_header(rows, profile.header_rows, known, source, name)
    body = frame[last:]
    titled = [any(row[at] for row in rows[:last]) for at in range(frame.width)]
    # Columns that only a format reaches are none.
    kept = [at for at in range(frame.width) if titled[at] or body.to_series(at).null_count() < body.height]
    header = [header[at] for at in kept]
    body = body.select(frame.columns[at] for at in kept)
    return _Sheet(name, header, last + 1, body.rename(dict(zip(body.columns, header, strict=True))))
