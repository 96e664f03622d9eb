"""What the tests of the file readers share: a source, its rows, and files written in code.

Belongs here: helpers that write or read files. What is expected of a reader stands in its test.
"""

import zipfile
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from pipelines.city import FileSource
from pipelines.readers import Extract
from pipelines.readers.files import read_file

CHINESE = "编号,名称,街道,处理结果\n1,占道经营,绿洲路街道,已依法处理并责令改正\n2,违法建设,宁边路街道,拆除\n"


def source(**keys: object) -> FileSource:
    return FileSource.model_validate({"kind": "file", "files": ["*"], **keys})


def opened(path: Path, known: Collection[str] = (), **keys: object) -> Extract:
    return read_file(path, source(**keys), path.name, known)


def read(path: Path, known: Collection[str] = (), **keys: object) -> pl.DataFrame:
    return pl.concat(list(opened(path, known, **keys).chunks))


def cells(frame: pl.DataFrame) -> list[tuple[Any, ...]]:
    """The rows without their positions."""
    return frame.drop("_source_sheet", "_source_row", "_unreadable").rows()


def text(path: Path, content: str | bytes, encoding: str = "utf-8") -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def workbook(path: Path, sheets: dict[str, Sequence[Sequence[object]]], hidden: Collection[str] = ()) -> Path:
    """A workbook; a cell that begins with "=" is a formula whose saved value is the error #REF!."""
    book = xlsxwriter.Workbook(path)
    for name, lines in sheets.items():
        sheet = book.add_worksheet(name)
        if name in hidden:
            sheet.hide()
        for at, line in enumerate(lines):
            for column, cell in enumerate(line):
                if isinstance(cell, str) and cell.startswith("="):
                    sheet.write_formula(at, column, cell, None, "#REF!")
                elif isinstance(cell, str):
                    sheet.write_string(at, column, cell)
                elif cell is not None:
                    sheet.write(at, column, cell)
    book.close()
    return path


def changed_zip(path: Path, into: Path, changes: dict[str, Any]) -> Path:
    """The zip file with members replaced, or added where it has none of the name. A change is bytes, or a function of the old ones."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as new:
        for name in dict.fromkeys([*old.namelist(), *changes]):
            change = changes.get(name)
            new.writestr(
                name, old.read(name) if change is None else change(old.read(name)) if callable(change) else change
            )
    return into


def packed(path: Path, members: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path
