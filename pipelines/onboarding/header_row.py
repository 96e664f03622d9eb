"""Where the header of a table is, below titles and notes, and which rows under it are no records.

Belongs here: telling a header from what stands above and below it, by the words of a feed and by the shape of the rows. A night goes by what
the profile then says, or looks for the profile's own columns (`pipelines.readers`).
"""

import re
from collections.abc import Iterable

import polars as pl

from pipelines.onboarding.words import Words, plain, split_unit
from pipelines.readers.base import ROW, SHEET, UNREADABLE, join_header

Grid = list[list[str | None]]

#: As many rows from the top as may hold a header.
TOP = 30


def find_header(grid: Grid, known: frozenset[str]) -> tuple[list[int], float]:
    """The rows, from 1, that most look like a header, and how much: known names count most, then words that are told apart."""
    best: tuple[list[int], float] = ([1], 0.0)
    widest = max((sum(1 for cell in row if (cell or "").strip()) for row in grid), default=0)
    for at in range(len(grid)):
        for depth in (1, 2) if at + 1 < len(grid) else (1,):
            rows = grid[at : at + depth]
            if depth == 2 and not (_is_spread(rows) and _hits(rows[0], known)):
                continue
            score = _score(rows, known, widest) - 0.05 * at  # of two that are alike, the upper one
            if score > best[1] + 1e-9:
                best = (list(range(at + 1, at + 1 + depth)), score)
    return best


def _is_spread(rows: Grid) -> bool:
    """Whether the second row goes on with a header: it has words where the first has gaps, below merged cells, and none is a number or a date."""
    upper, lower = _even(rows)
    gaps = [i for i, cell in enumerate(upper) if not (cell or "").strip() and (lower[i] or "").strip()]
    said = [(cell or "").strip() for cell in lower if (cell or "").strip()]
    doubled = [i for i, cell in enumerate(upper) if (cell or "").strip() and (lower[i] or "").strip()]
    return len(gaps) >= max(len(doubled), 1) and not any(re.search(r"\d{3}", cell) for cell in said)


def _even(rows: Grid) -> Grid:
    width = max(len(row) for row in rows)
    return [[*row, *[None] * (width - len(row))] for row in rows]


def _hits(names: Iterable[str | None], known: frozenset[str]) -> int:
    """How many of the names, or of the parts that they are joined of, are known."""
    return sum(
        any({plain(part), plain(split_unit(part)[0])} & known for part in [name, *name.split("/")])
        for name in names
        if name
    )


def _score(rows: Grid, known: frozenset[str], widest: int) -> float:
    filled = [cell.strip() for row in rows for cell in row if cell and cell.strip()]
    if not filled:
        return 0.0
    wordy = sum(1 for cell in filled if len(cell) <= 40 and not re.fullmatch(r"[\d\s.,:/%¥$-]+", cell))
    distinct = len(set(filled)) / len(filled)
    fill = min(len(filled) / max(widest, 1), 1.0)
    # A row of many words is a header only by default: known names outweigh everything. Where a second row goes on with the header, both are it.
    return _hits(join_header(_even(rows)), known) * 2.0 + (wordy / len(filled)) * distinct * fill * 1.5 + len(rows)


def no_records(frame: pl.DataFrame, words: Words) -> list[str]:
    """The beginnings, among those that are known, of rows that are no records."""
    names = [name for name in frame.columns if name not in (SHEET, ROW, UNREADABLE)]
    if not names or frame.is_empty():
        return []
    cells = [frame[name].str.strip_chars().replace("", None) for name in names]
    first = frame.select(first=pl.coalesce(cells))["first"]
    anywhere, below = words.file["rows"]["no_records"], words.file["rows"]["rules"]
    found = [prefix for prefix in anywhere if first.str.starts_with(prefix).any()]
    # The rules of a template stand right below its header; further down such a text may be a record's.
    return found + [prefix for prefix in below if first.head(2).str.starts_with(prefix).any()]
