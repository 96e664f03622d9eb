"""Delimited text (CSV, TSV and the like), streamed in blocks; every cell a string, an empty one null.

Belongs here: which character delimits, where the header is and which number a row has. Rows are counted as a spreadsheet counts
them: a cell with line breaks is one row, a first line `sep=;` is none. What stands above the header is passed over.
"""

import re
from collections.abc import Collection, Iterator
from pathlib import Path

import polars as pl

from pipelines.city import FileSource
from pipelines.errors import InputError
from pipelines.readers.base import ROW, SHEET, UNREADABLE, Extract, drop_non_records, frame_of, select_only
from pipelines.readers.cutting import LONGEST_ROW, Line, cut_lines, cut_regular, fit, regular_end
from pipelines.readers.encodings import decoded, detect_encoding, shown_name
from pipelines.readers.faults import damaged
from pipelines.readers.tables import best_header, check_only, locate_header, rows_wanted

DELIMITERS = ",\t;|"
_HEAD_CHARACTERS = 1 << 20
PIECE_BYTES = 1 << 20
_LINE_END = re.compile(rb"\r\n|\n|\r(?!\n)")
_SEP_LINE = re.compile(r"sep=(.)(?:\r\n|\r|\n)", re.IGNORECASE)


def read_text(path: Path, profile: FileSource, source: str, known: Collection[str]) -> Extract:
    """The rows of one text file. Raises InputError where its encoding or its header is not to be found."""
    encoding = detect_encoding(path, profile.encoding, source)
    head, whole = _head(path, encoding, source)
    stated = _SEP_LINE.match(head)
    start = stated.end() if stated else 0
    delimiter = profile.delimiter or (stated.group(1) if stated else _delimiter(head, whole, path, known))
    rows = _first_rows(head[start:], delimiter, whole, rows_wanted(profile.header_rows))
    last, header = locate_header(rows, profile.header_rows, known, source)
    check_only(profile.only, header, source)
    extract = Extract(source=source, header=header, chunks=iter(()), encoding=shown_name(encoding))

    def chunks() -> Iterator[pl.DataFrame]:
        blocks = _from(len(head[:start].encode()), decoded(path, encoding, source))
        for chunk in _frames(blocks, delimiter, header, profile.skip_rows_matching, source):
            below = chunk[ROW] > last
            body = chunk if below.all() else chunk.filter(below)
            kept = drop_non_records(body, header, profile.skip_rows_matching, extract)
            yield select_only(kept, profile.only, extract.skipped)

    extract.chunks = chunks()
    return extract


def _from(start: int, blocks: Iterator[tuple[bytes, bool]]) -> Iterator[tuple[bytes, bool]]:
    """The blocks without the first `start` bytes."""
    for block, final in blocks:
        yield block[start:], final
        start = max(0, start - len(block))


def _frames(
    blocks: Iterator[tuple[bytes, bool]], delimiter: str, header: list[str], prefixes: list[str], source: str
) -> Iterator[pl.DataFrame]:
    """All rows of the text, numbered from 1."""
    rest, row = b"", 0
    for block, final in blocks:
        data = rest + block
        if not data:
            continue
        end = regular_end(data, delimiter, final)
        frame = cut_regular(data[:end], delimiter, len(header)) if end else None
        if frame is not None:
            rest = data[end:]
            chunk = frame.rename(dict(zip(frame.columns, header, strict=True))).with_columns(
                pl.lit(None, dtype=pl.String).alias(SHEET),
                pl.int_range(row + 1, row + 1 + pl.len(), dtype=pl.Int64).alias(ROW),
                pl.lit(None, dtype=pl.String).alias(UNREADABLE),
            )
            row += chunk.height
            yield chunk.select(SHEET, ROW, UNREADABLE, *header)
        else:
            rest = b""
            for piece, last in _pieces(data, final):
                lines, left = cut_lines((rest + piece).decode(), delimiter, len(header), last)
                rest = left.encode()
                if lines:
                    yield _fitted(lines, row, header, prefixes).select(SHEET, ROW, UNREADABLE, *header)
                row += len(lines)
        if len(rest) > 4 * LONGEST_ROW:
            raise damaged(source, f"a row is longer than {LONGEST_ROW >> 20} MiB: this is no table", row=row + 1)


def _pieces(data: bytes, final: bool) -> Iterator[tuple[bytes, bool]]:
    """A block in pieces that end with a line, each with whether it is the last of the text: rows that are cut one by one take much memory."""
    at = 0
    while at < len(data):
        found = _LINE_END.search(data, at + PIECE_BYTES)
        end = found.end() if found else len(data)
        yield data[at:end], final and end == len(data)
        at = end


def _fitted(lines: list[Line], row: int, header: list[str], prefixes: list[str]) -> pl.DataFrame:
    fitted = [fit(line, len(header), prefixes) for line in lines]
    unreadable = [
        line.text.replace("\0", "␀") if cells is None else None for line, cells in zip(lines, fitted, strict=True)
    ]
    nothing = [None] * len(header)
    columns = zip(*(cells or nothing for cells in fitted), strict=True)
    cells_by_name = {name: list(column) for name, column in zip(header, columns, strict=True)} if lines else {}
    return frame_of(None, list(range(row + 1, row + 1 + len(lines))), unreadable, cells_by_name)


def _head(path: Path, encoding: str, source: str) -> tuple[str, bool]:
    """The beginning of the text, enough for any header, and whether it is all of it."""
    text = ""
    for block, _ in decoded(path, encoding, source):
        text += block.decode()
        if len(text) > _HEAD_CHARACTERS:
            return text[:_HEAD_CHARACTERS], False
    if not text.strip("\0\r\n\t ,;|"):
        raise InputError(
            "文件里只有空白", "there is nothing but blanks in the file", file=source,
            remedy_zh="向来源单位重新索取该文件", remedy_en="ask the source for the file again",
        )  # fmt: skip
    return text, True


def _delimiter(head: str, whole: bool, path: Path, known: Collection[str]) -> str:
    """The character that gives the header most of the known columns; else the one that gives most rows the same number of cells."""
    wanted = set(known)
    order = DELIMITERS if path.suffix.lower() != ".tsv" else "\t" + DELIMITERS.replace("\t", "")

    def merit(delimiter: str) -> tuple[int, int]:
        rows = _first_rows(head, delimiter, whole, rows_wanted("find"))
        best = best_header(rows, wanted)
        widths = [len(row) for row in rows if len(row) > 1]
        return len(wanted.intersection(best[2])) if best else 0, max(map(widths.count, widths), default=0)

    return max(order, key=merit)


def _first_rows(head: str, delimiter: str, whole: bool, most: int) -> list[list[str | None]]:
    lines, _ = cut_lines(head, delimiter, None, whole, most)
    return [[cell or None for cell in line.cells or []] for line in lines]
