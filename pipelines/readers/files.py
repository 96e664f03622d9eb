"""Files: what lies in the inbox becomes an extract, whatever its kind.

Belongs here: which reader reads a file, and that the file is there and stays as it is until it is read. What a profile may say of a
file stands in `pipelines.city.FileSource`; each kind of file has its reader beside this one.
"""

from collections.abc import Collection, Iterator
from pathlib import Path

import polars as pl

from pipelines.city import FileSource
from pipelines.errors import InputError
from pipelines.readers.archive import read_zip
from pipelines.readers.base import Extract
from pipelines.readers.faults import away, changed, damaged
from pipelines.readers.json_records import read_json, read_ndjson
from pipelines.readers.kinds import kind_of
from pipelines.readers.parquet import read_parquet
from pipelines.readers.settled import State, state_of
from pipelines.readers.text import read_text
from pipelines.readers.workbook import read_workbook


def read_file(path: Path, profile: FileSource, source: str, known: Collection[str] = ()) -> Extract:
    """The records of one file. `source` is the name by which messages and the ledger call it, `known` the columns by which a header is found.

    Raises InputError where the file is empty, unreadable, of an unknown kind or without a header; its chunks do where the file breaks off
    or changes on the way.
    """
    try:
        before = state_of(path)
        if path.is_dir():
            raise IsADirectoryError(path)
        if before[0] == 0:
            raise InputError(
                "文件是空的", "the file is empty", file=source,
                remedy_zh="向来源单位重新索取该文件，放回同一位置", remedy_en="ask the source for the file again and put it in the same place",
            )  # fmt: skip
        extract = _read(path, profile, source, known)
    except OSError as error:
        raise away(source, error) from error
    extract.chunks = _watched(extract.chunks, path, before, source)
    return extract


def _read(path: Path, profile: FileSource, source: str, known: Collection[str]) -> Extract:
    kind = kind_of(path, profile.format, source)
    if kind == "zip":
        return read_zip(path, profile, source, known, _read_member)
    return _by_kind(kind, path, profile, source, known)


def _read_member(path: Path, profile: FileSource, source: str, known: Collection[str]) -> Extract:
    kind = kind_of(path, profile.format, source)
    if kind == "zip":
        raise damaged(source, "it is an archive inside an archive")
    return _by_kind(kind, path, profile, source, known)


def _by_kind(kind: str, path: Path, profile: FileSource, source: str, known: Collection[str]) -> Extract:
    if kind == "text":
        return read_text(path, profile, source, known)
    if kind == "workbook":
        return read_workbook(path, profile, source, known)
    if kind == "parquet":
        return read_parquet(path, profile, source)
    return read_json(path, profile, source, known) if kind == "json" else read_ndjson(path, profile, source)


def _watched(chunks: Iterator[pl.DataFrame], path: Path, before: State, source: str) -> Iterator[pl.DataFrame]:
    """The chunks, as long as the file is what it was: half of one export and half of the next make rows that nobody sent."""
    try:
        yield from chunks
        after = state_of(path)
    except OSError as error:
        raise away(source, error) from error
    if after != before:
        raise changed(source)
