"""Delimited text into rows of cells.

Belongs here: where a row ends, which rows cannot be cut, and how many cells a row may have. Blocks whose quotes are all in their places are
cut by pyarrow; any other block row by row, so that a quote that is never closed costs its own row and no other:

- a quoted cell must be followed by a delimiter or the row's end. A row where it is not, and a row whose quoted cell runs on for more than
  `MOST_LINES` lines, `LONGEST_ROW` characters or to the end of the file, is unreadable as far as its first line goes; the next line begins a new row.
- a line with quotes in pairs at the wrong places ("12"\\t,…) is read as it stands if that gives a cell for each column.
- a row with NUL characters is unreadable; they are shown as ␀.
- more cells than columns are no fault where the surplus is empty; fewer are one, since nobody knows which are missing.
"""

import csv
import io
from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.csv as pc

MOST_LINES = 1_000
LONGEST_ROW = 4 << 20
_QUOTE, _LF, _CR = 34, 10, 13

# The module's own limit, 128 KiB for a cell, would be another one for blocks with quotes than for those without.
csv.field_size_limit(LONGEST_ROW)


@dataclass(frozen=True, slots=True)
class Line:
    """A row: its cells, or None where it cannot be cut, and its text as it stands in the file."""

    cells: list[str] | None
    text: str


def regular_end(data: bytes, delimiter: str, final: bool) -> int | None:
    """Where the last whole row of a block ends, or None where a quote is not in its place. `data` is UTF-8 and begins with a row."""
    if not delimiter.isascii() or b"\0" in data:
        return None
    if b'"' not in data:
        return len(data) if final else last_line_end(data)
    buffer = np.frombuffer(data, dtype=np.uint8)
    quotes = np.flatnonzero(buffer == _QUOTE)
    feeds = np.flatnonzero(buffer == _LF)
    before_feeds = np.searchsorted(quotes, feeds)
    inside = before_feeds % 2 == 1
    if inside.any() and np.bincount(before_feeds[inside]).max() > MOST_LINES:
        return None
    outside = feeds[~inside]
    end = len(data) if final else int(outside[-1]) + 1 if outside.size else 0
    quotes = quotes[quotes < end]
    if quotes.size % 2:
        return None
    padded = np.concatenate(([_LF], buffer[:end], [_LF]))
    before, after = padded[quotes], padded[quotes + 2]
    bounds = [ord(delimiter), _LF, _CR, _QUOTE]
    in_place = np.isin(before[0::2], bounds).all() and np.isin(after[1::2], bounds).all()
    return end if in_place else None


def last_line_end(data: bytes) -> int:
    """The end of the last whole line. A carriage return at the very end may be half of a line's end."""
    return data.rfind(b"\n") + 1 or data.rfind(b"\r", 0, len(data) - 1) + 1


def cut_regular(data: bytes, delimiter: str, width: int) -> pl.DataFrame | None:
    """The rows of a regular block as columns "0", "1", …; empty cells are null. None where a row has more or fewer cells."""
    names = [str(at) for at in range(width)]
    has_quotes = b'"' in data
    try:
        table = pc.read_csv(
            pa.BufferReader(data),
            read_options=pc.ReadOptions(column_names=names, block_size=len(data) + 1, use_threads=False),
            parse_options=pc.ParseOptions(
                delimiter=delimiter,
                quote_char='"' if has_quotes else False,
                newlines_in_values=has_quotes,
                ignore_empty_lines=False,
            ),
            # All of it is known to be UTF-8, and a delimiter is never part of a character.
            convert_options=pc.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                strings_can_be_null=True,
                null_values=[""],
                check_utf8=False,
            ),
        )
    except pa.ArrowInvalid:
        return None
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    return frame


def cut_lines(
    text: str, delimiter: str, width: int | None, final: bool, most: int | None = None
) -> tuple[list[Line], str]:
    """The rows of any block, and what is left of it because its last row may go on in the next one. Who wants `most` rows gets no more."""
    lines = list(io.StringIO(text, newline=""))
    whole = len(lines) if final or not lines or lines[-1].endswith("\n") else len(lines) - 1
    rows: list[Line] = []
    at = 0
    while at < whole and (most is None or len(rows) < most):
        line = lines[at]
        if '"' not in line:
            bare = line.rstrip("\r\n")
            rows.append(Line(bare.split(delimiter) if bare else [], bare))
            at += 1
            continue
        cells, used = _quoted(lines[at : min(at + MOST_LINES, whole)], delimiter)
        if cells is None and used == 0:
            left = sum(map(len, lines[at:]))
            if not final and len(lines) - at < MOST_LINES and left < LONGEST_ROW:
                return rows, "".join(lines[at:])
        if cells is None:
            cells, used = _as_it_stands(line, delimiter, width), 1
        rows.append(Line(cells, "".join(lines[at : at + used]).rstrip("\r\n")))
        at += used
    return rows, "".join(lines[whole:])


def _quoted(window: list[str], delimiter: str) -> tuple[list[str] | None, int]:
    """The first row of the lines and how many of them it takes; (None, 0) where its last quote is open, (None, 1) where one is misplaced."""
    reader = csv.reader(window, delimiter=delimiter, strict=True)
    try:
        return next(reader), reader.line_num
    except csv.Error as error:
        return None, 0 if "unexpected end" in str(error) else 1


def _as_it_stands(line: str, delimiter: str, width: int | None) -> list[str] | None:
    if line.count('"') % 2:
        return None
    cells = next(csv.reader([line], delimiter=delimiter))
    return cells if width in (None, len(cells)) else None


def fit(line: Line, width: int, prefixes: list[str]) -> list[str | None] | None:
    """One cell per column, or None where the row is unreadable. A footnote with too few cells is no row that lost some."""
    if line.cells is None or "\0" in line.text:
        return None
    cells: list[str | None] = [cell or None for cell in line.cells]
    if len(cells) == width:
        return cells
    first = next((cell.strip() for cell in line.cells if cell.strip()), None)
    if first is None or (len(cells) < width and first.startswith(tuple(prefixes))):
        return [first, *[None] * (width - 1)]
    return cells[:width] if len(cells) > width and not any(cells[width:]) else None
