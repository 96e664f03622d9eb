"""JSON and NDJSON: records as rows, their keys as columns.

Belongs here: how a record becomes cells. Keys of objects inside are joined with dots ("fields.status"), lists of plain values with ";", lists
of anything else stay JSON; numbers keep their written form, null and NaN are null. A file is read twice: once for its keys, since
any record may bring a new one, and once for its rows. A row's number is the record's place in its list, or its line in NDJSON.
"""

import io
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from json.decoder import JSONDecodeError
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from pipelines.city import FileSource
from pipelines.errors import InputError
from pipelines.readers.base import Extract, drop_non_records, frame_of, join_header
from pipelines.readers.encodings import decoded, detect_encoding, shown_name
from pipelines.readers.faults import damaged
from pipelines.readers.json_stream import DECODER, LONGEST_VALUE, Stream, Twice, Written, walk
from pipelines.readers.limits import MOST_COLUMNS
from pipelines.readers.tables import check_only

CHUNK_ROWS = 20_000
#: An object nested more deeply than this is no record that can be laid out in columns.
DEEPEST = 32


class _Record(NamedTuple):
    """A record's cells by key, or the text of what is no record (None: a blank line)."""

    cells: dict[str, str | None] | None
    text: str | None


class _NoRecord(Exception):
    """A value that cannot be laid out in columns."""


def read_json(path: Path, profile: FileSource, source: str, known: Collection[str] = ()) -> Extract:
    """The records of a JSON file, at the end of the profile's `records`. One object a line is NDJSON under whatever name.

    A lone object that has lists inside and none of the `known` columns is an envelope, not a record.
    """
    encoding = detect_encoding(path, profile.encoding, source)
    if not profile.records and _has_more(Stream(path, encoding, source)):
        return read_ndjson(path, profile, source)
    way = [step for step in profile.records.split(".") if step]

    def records() -> Iterator[_Record]:
        stream = Stream(path, encoding, source)
        for value, twice in walk(stream, way):
            yield _Record(None, value) if twice else _record(value)
        if stream.peek():
            stream.fail("there is more text after the end")

    extract = _extract(records, path, encoding, profile, source)
    envelope = not way and Stream(path, encoding, source).peek() == "{" and not set(known).intersection(extract.header)
    if envelope and known and _ways(Stream(path, encoding, source)):
        raise _no_records(path, encoding, profile, source)
    return extract


def read_ndjson(path: Path, profile: FileSource, source: str) -> Extract:
    """The records of a file with one JSON object a line; lines that are none are kept as unreadable rows."""
    encoding = detect_encoding(path, profile.encoding, source)

    def records() -> Iterator[_Record]:
        for line in _lines(path, encoding, source):
            bare = line.strip()
            if not bare:
                yield _Record(None, None)
                continue
            try:
                value = DECODER.decode(bare)
            except (JSONDecodeError, Twice, RecursionError):
                yield _Record(None, line.rstrip("\r\n"))
            else:
                record = _record(value)
                yield record if record.cells is not None else _Record(None, line.rstrip("\r\n"))

    return _extract(records, path, encoding, profile, source)


def _extract(
    records: Callable[[], Iterator[_Record]], path: Path, encoding: str, profile: FileSource, source: str
) -> Extract:
    keys: dict[str, None] = {}
    told_by: set[str] = set()
    for record in records():
        told_by.update(key for key in profile.only if key in (record.cells or ()))
        if _is_meant(record, profile.only):
            keys |= dict.fromkeys(record.cells or ())
        if len(keys) > MOST_COLUMNS:
            # Keys that are ids, not names, make a column of every record.
            raise damaged(source, f"the records have more than {MOST_COLUMNS} different keys: these are no columns")
    check_only(profile.only, told_by, source)
    if not keys:
        raise _no_records(path, encoding, profile, source)
    header = join_header([list(keys)])
    extract = Extract(source=source, header=header, chunks=iter(()), encoding=shown_name(encoding))

    def chunks() -> Iterator[pl.DataFrame]:
        for first, whole in _batches(records()):
            meant = [(at, record) for at, record in enumerate(whole, start=first) if _is_meant(record, profile.only)]
            batch = [record for _, record in meant]
            if profile.only:
                extract.skipped["only"] = extract.skipped.get("only", 0) + len(whole) - len(batch)
            cells = {
                name: [record.cells.get(key) if record.cells else None for record in batch]
                for name, key in zip(header, keys, strict=True)
            }
            chunk = frame_of(None, [at for at, _ in meant], [record.text for record in batch], cells)
            yield drop_non_records(chunk, header, profile.skip_rows_matching, extract)

    extract.chunks = chunks()
    return extract


def _is_meant(record: _Record, only: Mapping[str, str]) -> bool:
    """Whether the record has the values that make it one. What cannot be read might have them."""
    return record.cells is None or all(record.cells.get(key) == value for key, value in only.items())


def _batches(records: Iterable[_Record]) -> Iterator[tuple[int, list[_Record]]]:
    """(the first one's number, records), by bounded numbers of them."""
    first, batch = 1, list[_Record]()
    for record in records:
        batch.append(record)
        if len(batch) == CHUNK_ROWS:
            yield first, batch
            first, batch = first + len(batch), []
    if batch:
        yield first, batch


def _lines(path: Path, encoding: str, source: str) -> Iterator[str]:
    rest = ""
    for block, final in decoded(path, encoding, source):
        lines = list(io.StringIO(rest + block.decode()))
        rest = "" if final or not lines or lines[-1].endswith("\n") else lines.pop()
        if len(rest) > LONGEST_VALUE:
            raise damaged(source, f"a line is longer than {LONGEST_VALUE >> 20} MiB")
        yield from lines


def _record(value: Any) -> _Record:
    if isinstance(value, dict):
        cells: dict[str, str | None] = {}
        try:
            _lay_out(value, "", cells, 0)
            "".join(filter(None, cells.values())).encode()
            "".join(cells).encode()
        except (_NoRecord, UnicodeEncodeError):
            # Half of a surrogate pair is no character; the escaped form can be stored.
            return _Record(None, _text(value))
        return _Record(cells, None)
    return _Record(None, _text(value))


def _lay_out(value: dict[str, Any], prefix: str, cells: dict[str, str | None], depth: int) -> None:
    if depth > DEEPEST:
        raise _NoRecord
    for key, inner in value.items():
        name = prefix + key
        if isinstance(inner, dict) and inner:
            _lay_out(inner, name + ".", cells, depth + 1)
        elif name in cells:
            raise _NoRecord
        else:
            cells[name] = _cell(inner)


def _cell(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return None if value is None else str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and not any(isinstance(inner, dict | list) for inner in value):
        return ";".join(_cell(inner) or "" for inner in value) or None
    return _text(value) if value else None


def _text(value: Any) -> str:
    """The value as JSON again, numbers as they were written."""
    try:
        if isinstance(value, Written):
            return str(value)
        if isinstance(value, dict):
            return "{" + ", ".join(f"{_text(str(key))}: {_text(inner)}" for key, inner in value.items()) + "}"
        if isinstance(value, list):
            return "[" + ", ".join(map(_text, value)) + "]"
        text = json.dumps(value, ensure_ascii=False)
        return text if text.isprintable() else json.dumps(value)
    except RecursionError as error:
        raise _NoRecord from error


def _has_more(stream: Stream) -> bool:
    """Whether another object follows the first one, as in NDJSON."""
    if stream.peek() != "{":
        return False
    try:
        stream.value()
    except InputError:
        # A first line that is broken, or JSON that is: told apart by what the second line is.
        return False
    return stream.peek() == "{"


def _no_records(path: Path, encoding: str, profile: FileSource, source: str) -> InputError:
    lists = _ways(Stream(path, encoding, source)) if profile.format != "ndjson" else []
    return InputError(
        "没有找到记录", "no record is found", file=source, key="source.records", value=profile.records or None,
        remedy_zh=f"在配置的 source.records 写明记录列表的路径{'，可能是：' + '、'.join(lists) if lists else ''}",
        remedy_en=f"say in source.records where the list of records is{'; it may be ' + ', '.join(lists) if lists else ''}",
    )  # fmt: skip


def _ways(stream: Stream) -> list[str]:
    """Where the first value has lists of objects."""
    try:
        value, _ = stream.value()
    except InputError:
        return []
    found: list[str] = []

    def look(inner: Any, way: list[str]) -> None:
        if isinstance(inner, dict) and len(way) < DEEPEST:
            for key, below in inner.items():
                look(below, [*way, key])
        elif isinstance(inner, list) and any(isinstance(one, dict) for one in inner):
            found.append(".".join(way))

    look(value, [])
    return found[:10]
