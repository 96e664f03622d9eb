"""Parquet: typed columns come out as the strings that the landing reads back.

Belongs here: the string form of each type. Days are ISO, moments ISO with fractions of a second and, where they have a zone, their offset; decimals are
plain, truths "true" and "false", nested values JSON. A row's number is its place in the file, from 1.
"""

import datetime as dt
import decimal
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.city import FileSource
from pipelines.readers.base import ROW, SHEET, UNREADABLE, Extract, drop_non_records, join_header, select_only
from pipelines.readers.faults import damaged, too_large
from pipelines.readers.tables import check_only

#: As many as DuckDB keeps together, which is the cheapest to write; where the texts of so many are too long, fewer.
CHUNK_ROWS, FEWER_ROWS = 122_880, 50_000
#: Bytes of text that one chunk may have: a word that comes again is written once, and may be as long as its writer likes.
MOST_CHUNK_BYTES = 1 << 30
#: Of a column in a row group, and of a row of it, whose words are not numbered.
MOST_PLAIN_BYTES, MEAN_PLAIN_BYTES = 64 << 20, 1 << 10


def read_parquet(path: Path, profile: FileSource, source: str) -> Extract:
    """The rows of a Parquet file, a part of a row group at a time. Raises InputError where it is damaged or a chunk too large."""
    try:
        file = _opened(path)
        header = join_header([list(file.schema_arrow.names)])
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:
        raise damaged(source, error) from error
    if not header:
        raise damaged(source, "it has no column")
    check_only(profile.only, header, source)
    extract = Extract(source=source, header=header, chunks=iter(()))

    def chunks() -> Iterator[pl.DataFrame]:
        done = 0
        try:
            for batch in _batches(file, source):
                cells = [as_text(column).alias(name) for column, name in zip(batch.columns, header, strict=True)]
                chunk = pl.DataFrame(cells).with_columns(
                    pl.lit(None, dtype=pl.String).alias(SHEET),
                    pl.int_range(done + 1, done + 1 + pl.len(), dtype=pl.Int64).alias(ROW),
                    pl.lit(None, dtype=pl.String).alias(UNREADABLE),
                )
                done += chunk.height
                kept = drop_non_records(chunk, header, profile.skip_rows_matching, extract)
                yield select_only(kept.select(SHEET, ROW, UNREADABLE, *header), profile.only, extract.skipped)
        except (pa.ArrowException, OSError, ValueError, pl.exceptions.PolarsError) as error:
            raise damaged(source, error, row=done + 1) from error
        finally:
            file.close()

    extract.chunks = chunks()
    return extract


def _opened(path: Path) -> pq.ParquetFile:
    """The file, its texts to be given with each word once where they are written so, or are long.

    Words that the file does not number would be numbered by the library: a text of its own in each row costs more so than all else in reading it.
    """
    with pq.ParquetFile(path) as file:
        texts = [
            field.name for at, field in enumerate(file.schema_arrow)
            if (pa.types.is_string(field.type) or pa.types.is_large_string(field.type) or pa.types.is_binary(field.type))
            and not _is_short_and_plain(file.metadata, at)
        ]  # fmt: skip
    return pq.ParquetFile(path, read_dictionary=texts)


def _is_short_and_plain(metadata: pq.FileMetaData, at: int) -> bool:
    """Whether a column holds its texts one after the other, few enough of them to be held as they are. Nested columns have other numbers."""
    if metadata.num_columns != len(metadata.schema.to_arrow_schema()):
        return False
    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        column = group.column(at)
        # A part of many small groups is held to the second limit, a part of a large one to the first.
        most = min(MOST_PLAIN_BYTES, group.num_rows * MEAN_PLAIN_BYTES)
        if column.has_dictionary_page or column.total_uncompressed_size > most:
            return False
    return True


def _batches(file: pq.ParquetFile, source: str) -> Iterator[pa.RecordBatch]:
    """The rows, in parts that may be held in memory. Raises InputError where even a few have too much text."""
    done = 0
    for batch in file.iter_batches(CHUNK_ROWS, use_threads=False):
        # The library does not look whether a text is one; bytes that are none would break what comes after the reader.
        batch.validate(full=True)
        is_short = _length(batch) <= MOST_CHUNK_BYTES
        rows = CHUNK_ROWS if is_short else FEWER_ROWS
        for part in (batch.slice(at, rows) for at in range(0, batch.num_rows, rows)):
            if not is_short and (length := _length(part)) > MOST_CHUNK_BYTES:
                raise too_large(
                    source,
                    f"第 {done + 1} 行起的文字共 {length >> 20} MiB，过大",
                    f"the texts from row {done + 1} on take {length >> 20} MiB, too much",
                )
            yield part
            done += part.num_rows


def _length(batch: pa.RecordBatch) -> int:
    """Bytes of the cells once each has a text of its own."""
    return sum(
        pc.sum(pc.binary_length(column.dictionary).take(column.indices)).as_py() or 0
        if pa.types.is_dictionary(column.type) else column.nbytes
        for column in batch.columns
    )  # fmt: skip


def as_text(column: pa.Array) -> pl.Series:
    """The column as strings; null stays null."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return as_text(column.dictionary).gather(pl.Series(column.indices))
    plain = (
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_integer(kind) or pa.types.is_boolean(kind)
        or pa.types.is_floating(kind) or pa.types.is_date32(kind) or pa.types.is_timestamp(kind) or pa.types.is_decimal128(kind)
    )  # fmt: skip
    if not plain:
        return pl.Series([_text(value) for value in column.to_pylist()], dtype=pl.String)
    series = pl.Series(pl.from_arrow(column))
    if isinstance(series.dtype, pl.Datetime):
        fraction = "%.9f" if series.dtype.time_unit == "ns" else "%.6f"
        return series.dt.strftime("%Y-%m-%d %H:%M:%S" + fraction + ("%:z" if series.dtype.time_zone else ""))
    return series.cast(pl.String)


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    text = str(value)
    if isinstance(value, bytes):
        try:
            text = value.decode()
        except UnicodeDecodeError:
            text = value.hex()
    elif isinstance(value, dict | list | tuple):
        text = json.dumps(value, ensure_ascii=False, default=_text)
    elif isinstance(value, decimal.Decimal):
        text = f"{value:f}"
    elif isinstance(value, dt.datetime):
        text = value.isoformat(" ", "microseconds")
    return text
