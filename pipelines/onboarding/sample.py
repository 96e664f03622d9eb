"""Sample files: how they are to be read, and their first rows as the readers give them.

Belongs here: finding out what `[source]` must say (format, encoding, delimiter, sheets, header rows, rows that are no records). The sample itself
is then read by the project's own reader with that source, so that a draft sees what a night will see.
"""

import codecs
import csv
import io
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import fastexcel
import polars as pl
from pydantic import ValidationError

from pipelines.city import DatabaseSource, FileSource
from pipelines.errors import InputError
from pipelines.onboarding.header_row import TOP, Grid, find_header, no_records
from pipelines.onboarding.json_shape import shape_of
from pipelines.onboarding.looks import number_of_a_person
from pipelines.onboarding.words import Words
from pipelines.readers.base import ROW, SHEET, UNREADABLE
from pipelines.readers.files import read_file

#: As many rows of a file as are looked at.
ROWS = 20_000
#: Tried in this order where the reader does not find the encoding out by itself.
FURTHER_ENCODINGS = ("big5", "cp1252")
DELIMITERS = (",", "\t", ";", "|")
WORKBOOKS = {".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"}
JSON_SUFFIXES = {".json", ".geojson", ".ndjson", ".jsonl"}
#: As much of a text as its top is looked for in.
TOP_BYTES = 1 << 20


@dataclass
class Sample:
    """Files of one feed, read by `source`. `frame` has every column of any of them, `headers` are those of each file, `doubts` what
    of the source should be checked."""

    files: list[Path]
    source: FileSource | DatabaseSource
    frame: pl.DataFrame
    encodings: set[str] = field(default_factory=set)
    doubts: dict[str, tuple[str, str]] = field(default_factory=dict)
    headers: list[frozenset[str]] = field(default_factory=list)

    @property
    def header(self) -> list[str]:
        return [name for name in self.frame.columns if name not in (SHEET, ROW, UNREADABLE)]


@dataclass
class _Found:
    """What was found out of one file."""

    header_rows: list[int] = field(default_factory=lambda: [1])
    keys: dict[str, Any] = field(default_factory=dict)
    doubts: dict[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Rows:
    """What reading the files gave."""

    frame: pl.DataFrame
    encodings: set[str]
    headers: list[frozenset[str]]


def take_sample(files: Sequence[Path], feed: str, inbox: Path, words: Words) -> Sample:
    """Reads the files' first rows. Raises InputError where one is missing, unreadable, or has no header that can be found."""
    known = words.header_words(feed)
    keys: dict[str, Any] = {"kind": "file", "files": patterns(files, feed, inbox)}
    doubts: dict[str, tuple[str, str]] = {}
    tops: list[list[int]] = []
    for path in files:
        if not path.is_file() or not path.stat().st_size:
            raise InputError(
                "文件不存在或是空的", "the file does not exist or is empty", file=path,
                remedy_zh="检查路径，或重新导出", remedy_en="check the path, or export it again",
            )  # fmt: skip
        found = _look_into(path, known)
        tops.append(found.header_rows)
        keys |= found.keys
        doubts |= found.doubts
    if len({tuple(rows) for rows in tops}) > 1:
        keys["header_rows"] = "find"
        doubts["header_rows"] = ("各文件的表头不在同一行", "the files have their header in different rows")
    elif tops[0] != [1]:
        keys["header_rows"] = tops[0]
    source, rows = _read_somehow(files, _source(keys, files), known, tops)
    if source.encoding:
        doubts["encoding"] = ("编码未能自动识别，此为推测", "the encoding could not be found out; this one is a guess")
    is_table = not any(path.suffix.lower() in {*JSON_SUFFIXES, ".parquet"} for path in files)
    if is_table and (prefixes := no_records(rows.frame, words)):
        source = source.model_copy(update={"skip_rows_matching": prefixes})
        rows = _read(files, source, known, tops)
    sample = Sample(list(files), source, rows.frame, rows.encodings, doubts, rows.headers)
    if any(number_of_a_person(name) for name in sample.header):
        raise InputError(
            "没有找到表头：最像表头的一行是记录", "there is no header: the row most like one is a record", file=files[0],
            remedy_zh="给文件加上一行列名，重新导出", remedy_en="add a row of column names, or export the file with them",
        )  # fmt: skip
    return sample


def _source(keys: dict[str, Any], files: Sequence[Path]) -> FileSource:
    try:
        return FileSource.model_validate(keys)
    except ValidationError as error:
        raise InputError(
            "这些样本不是同一种文件，不能共用一份配置", "the samples are files of different kinds, which one profile cannot describe", file=files[0],
            value=", ".join(sorted({path.suffix for path in files})),
            remedy_zh="每次只给一种文件的样本", remedy_en="name samples of one kind of file at a time",
        ) from error  # fmt: skip


def patterns(files: Iterable[Path], feed: str, inbox: Path) -> list[str]:
    """Patterns of the files' names in the inbox; numbers in a name (dates, mostly) may be others. Files elsewhere get the feed's folder."""
    found: dict[str, None] = {}
    for path in files:
        whole = path.absolute()
        folder = whole.parent.relative_to(inbox).as_posix() if whole.is_relative_to(inbox) else feed
        stem = re.sub(r"[*?\[]", "?", path.stem)
        name = re.sub(r"(?:\*[-_.年月日]?)+", "*", re.sub(r"\d+", "*", stem)) + path.suffix
        found[name if folder == "." else f"{folder}/{name}"] = None
    return list(found)


def _look_into(path: Path, known: frozenset[str]) -> _Found:
    suffix = path.suffix.lower()
    if suffix in JSON_SUFFIXES:
        return _Found(keys=shape_of(path, known))
    if suffix in WORKBOOKS:
        return _look_into_workbook(path, known)
    if suffix == ".zip":
        return _look_into_zip(path, known)
    if suffix == ".parquet":
        return _Found()
    return _look_into_text(path, known)


def _look_into_workbook(path: Path, known: frozenset[str]) -> _Found:
    try:
        workbook = fastexcel.read_excel(path)
        tops = {name: _grid(workbook, name) for name in workbook.sheet_names}
    except fastexcel.FastExcelError as error:
        raise InputError(
            "文件无法读取", f"the file cannot be read: {str(error).partition(chr(10))[0]}", file=path,
            remedy_zh="检查文件是否损坏或加密，重新导出", remedy_en="see whether it is damaged or encrypted; export it again",
        ) from error  # fmt: skip
    headers = {name: find_header(top, known) for name, top in tops.items() if top}
    best = max((score for _, score in headers.values()), default=0.0)
    sheets = [name for name, (_, score) in headers.items() if score >= max(2.0, best / 2)] or list(headers)[:1]
    if not sheets:
        raise InputError(
            "工作簿是空的", "the workbook has no cell", file=path,
            remedy_zh="重新导出", remedy_en="export it again",
        )  # fmt: skip
    found = _Found(header_rows=headers[sheets[0]][0])
    if sheets != workbook.sheet_names[:1]:
        found.keys["sheets"] = [re.sub(r"[*?\[]", "?", name) for name in sheets]
        left = [name for name in workbook.sheet_names if name not in sheets]
        said = "、".join(left) or "–"
        found.doubts["sheets"] = (f"未读的工作表：{said}", f"sheets that are not read: {said}")
    return found


def _grid(workbook: fastexcel.ExcelReader, sheet: str) -> Grid:
    top = workbook.load_sheet(sheet, header_row=None, skip_rows=0, n_rows=TOP, dtypes="string").to_polars()
    return [list(row) for row in top.rows()]


def _look_into_text(path: Path, known: frozenset[str]) -> _Found:
    found = _Found()
    top = _decoded_top(path)
    delimiter = max(DELIMITERS, key=lambda mark: _regularity(top, mark))
    if delimiter != ("\t" if path.suffix.lower() == ".tsv" else ","):
        found.keys["delimiter"] = delimiter
    if path.suffix.lower() not in {".csv", ".tsv", ".txt"}:
        found.keys["format"] = "text"
    grid: Grid = [list(row) for row, _ in zip(_rows(top, delimiter), range(TOP), strict=False)]
    found.header_rows, _ = find_header(grid, known)
    return found


def _decoded_top(path: Path) -> str:
    """The beginning of a text, well enough decoded to see where its header is."""
    with path.open("rb") as stream:
        top = stream.read(TOP_BYTES)
    if _starts_with_mark(path):
        return top.decode("utf-16", errors="replace")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            # Not final: the last character may be cut in two.
            return codecs.getincrementaldecoder(encoding)().decode(top)
        except UnicodeDecodeError:
            continue
    return top.decode("cp1252", errors="replace")


def _starts_with_mark(path: Path) -> bool:
    """Whether a file begins as UTF-16 does."""
    with path.open("rb") as stream:
        return stream.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def _look_into_zip(path: Path, known: frozenset[str]) -> _Found:
    """A zip is read by what its first table says."""
    try:
        with zipfile.ZipFile(path) as archive, tempfile.TemporaryDirectory() as folder:
            for member in archive.infolist():
                suffix = Path(member.filename).suffix.lower()
                if suffix in {*WORKBOOKS, *JSON_SUFFIXES, ".csv", ".tsv", ".txt"} and not member.filename.startswith(
                    "__MACOSX"
                ):
                    inside = Path(folder) / f"member{suffix}"
                    with archive.open(member) as packed, inside.open("wb") as unpacked:
                        shutil.copyfileobj(packed, unpacked)
                    return _look_into(inside, known)
    except (zipfile.BadZipFile, RuntimeError) as error:
        raise InputError(
            "压缩包无法读取", f"the archive cannot be read: {error}", file=path,
            remedy_zh="检查是否损坏或加密", remedy_en="see whether it is damaged or encrypted",
        ) from error  # fmt: skip
    return _Found()


def _rows(text: str, delimiter: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(io.StringIO(text), delimiter=delimiter)
    except csv.Error:  # a sample cut within a quoted cell
        return


def _regularity(text: str, delimiter: str) -> float:
    """How many columns the rows have with this delimiter, if most have as many."""
    widths = [len(row) for row, _ in zip(_rows(text, delimiter), range(TOP), strict=False) if row]
    if not widths:
        return 0.0
    usual = max(set(widths), key=widths.count)
    return (usual - 1) * widths.count(usual) / len(widths)


def _read_somehow(
    files: Sequence[Path], source: FileSource, known: frozenset[str], tops: Sequence[list[int]]
) -> tuple[FileSource, _Rows]:
    """The sample, if need be in an encoding that the reader does not find out by itself."""
    try:
        return source, _read(files, source, known, tops)
    except InputError as problem:
        if not all(path.suffix.lower() in {".csv", ".tsv", ".txt"} for path in files):
            raise
        marked = all(_starts_with_mark(path) for path in files)
        for encoding in ("utf-16",) if marked else FURTHER_ENCODINGS:
            stated = source.model_copy(update={"encoding": encoding})
            try:
                return stated, _read(files, stated, known, tops)
            except InputError:
                continue
        raise problem


def _read(files: Sequence[Path], source: FileSource, known: frozenset[str], tops: Sequence[list[int]]) -> _Rows:
    frames: list[pl.DataFrame] = []
    encodings: set[str] = set()
    headers: list[frozenset[str]] = []
    for path, rows in zip(files, tops, strict=True):
        fixed = source.model_copy(update={"header_rows": rows})
        extract = read_file(path, fixed, path.name, known)
        headers += map(frozenset, extract.headers.values())
        # A file may have a header and no record.
        schema = {SHEET: pl.String, ROW: pl.Int64, UNREADABLE: pl.String, **dict.fromkeys(extract.header, pl.String)}
        frames.append(pl.DataFrame(schema=schema))
        taken = 0
        for chunk in extract.chunks:
            frames.append(chunk.head(ROWS - taken))
            taken += chunk.height
            if taken >= ROWS:
                break
        encodings |= {extract.encoding} if extract.encoding else set()
    return _Rows(pl.concat(frames, how="diagonal"), encodings, headers)
