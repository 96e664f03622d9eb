"""What every reader gives: an `Extract`, and how headers are written so that two spellings of one header meet.

Belongs here: what is the same for all kinds of source. How a kind of file is cut into rows stands in its reader.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import polars as pl

#: Columns that every chunk has beside the source's own.
SHEET, ROW, UNREADABLE = "_source_sheet", "_source_row", "_unreadable"

#: More rows than this are no totals of a table, and need not be kept.
MOST_ASIDE = 10_000


@dataclass
class Extract:
    """One read of one source.

    `chunks` yields frames: `_source_sheet` (String), `_source_row` (Int64, from 1, as a person counts), `_unreadable`
    (String: the text of a row that could not be cut into columns, else null) and one String column per name in
    `header`. `skipped` counts, once the chunks are used up, the rows that are no records (blank, subtotal, rule rows); those that the
    profile told by their beginning lie in `aside`, as the chunks have them, since totals are worth a look.

    A source of several parts (sheets, files in a zip) has their columns together in `header`, null where a part lacks one; `parts` has the
    header of each. `_source_sheet` then names the part: the sheet, the file in the zip, or "file/sheet".
    """

    source: str
    header: list[str]
    chunks: Iterator[pl.DataFrame]
    encoding: str | None = None
    skipped: dict[str, int] = field(default_factory=dict)
    aside: list[pl.DataFrame] = field(default_factory=list)
    parts: dict[str, list[str]] = field(default_factory=dict)

    @property
    def headers(self) -> dict[str, list[str]]:
        """{part: its header}; a source that is one whole is the part ""."""
        return self.parts or {"": self.header}


def normalise_header(text: str | None) -> str:
    """A header without its line breaks, blanks and full-width forms: `罚款金额\\n（万元）` and `罚款金额(万元)` are one.

    What a frame would take for a pattern of columns (`*`, `^…$`) gets brackets.
    """
    name = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text or ""))
    return f"[{name}]" if name == "*" or (name.startswith("^") and name.endswith("$")) else name


def join_header(rows: list[list[str | None]]) -> list[str]:
    """One name per column out of one or more header rows.

    The upper rows of a ledger's header are merged cells: only the first cell of a merged run holds its text, so it is
    carried to the right. Names that come twice get `#2`, `#3`; a column without any name is called by its place.
    """
    filled: list[list[str]] = []
    for depth, row in enumerate(rows):
        cells = [normalise_header(cell) for cell in row]
        if depth < len(rows) - 1:
            for at in range(1, len(cells)):
                below = any(normalise_header(lower[at]) for lower in rows[depth + 1 :])
                if not cells[at] and below:
                    cells[at] = cells[at - 1]
        filled.append(cells)
    # The chunks' own columns are taken: a file that this project exported has columns of these names.
    taken = {SHEET, ROW, UNREADABLE}
    times: dict[str, int] = {}
    names: list[str] = []
    for at in range(len(rows[0])):
        parts: list[str] = []
        for cells in filled:
            if cells[at] and cells[at] not in parts:
                parts.append(cells[at])
        plain = name = "/".join(parts) or f"第{at + 1}列"
        while name in taken:
            times[plain] = times.get(plain, 1) + 1
            name = f"{plain}#{times[plain]}"
        taken.add(name)
        names.append(name)
    return names


def drop_non_records(chunk: pl.DataFrame, header: list[str], prefixes: list[str], extract: Extract) -> pl.DataFrame:
    """The chunk without blank rows and rows whose first cell with a text starts with one of the prefixes; the extract keeps count of them."""
    skipped = extract.skipped
    first = _first_texts(chunk, header)
    broken = chunk[UNREADABLE].is_not_null()
    blank = first.is_null() & ~broken
    skipped["blank"] = skipped.get("blank", 0) + int(blank.sum())
    keep = ~blank
    for prefix in prefixes:
        named = first.str.starts_with(prefix).fill_null(False) & keep & ~broken
        skipped[prefix] = skipped.get(prefix, 0) + int(named.sum())
        keep &= ~named
        if named.any() and sum(frame.height for frame in extract.aside) < MOST_ASIDE:
            extract.aside.append(chunk.filter(named))
    return chunk if keep.all() else chunk.filter(keep)


def _first_texts(chunk: pl.DataFrame, header: list[str]) -> pl.Series:
    """Row by row the first cell with a text, which mostly is that of the first column."""
    first = pl.Series([None], dtype=pl.String).new_from_index(0, chunk.height)
    for name in header:
        if not first.has_nulls():
            break
        first = first.fill_null(chunk[name].str.strip_chars().replace("", None))
    return first


def select_only(chunk: pl.DataFrame, only: Mapping[str, str], skipped: dict[str, int]) -> pl.DataFrame:
    """The chunk's rows that hold these values; the others are counted as "only". Unreadable rows stay."""
    if not only:
        return chunk
    wanted = pl.all_horizontal(pl.col(normalise_header(name)).eq_missing(value) for name, value in only.items())
    kept = chunk.filter(wanted | pl.col(UNREADABLE).is_not_null())
    skipped["only"] = skipped.get("only", 0) + chunk.height - kept.height
    return kept


def columns_together(headers: Iterable[list[str]]) -> list[str]:
    """The columns of several parts, each once, in the order in which they first appear."""
    return list(dict.fromkeys(name for header in headers for name in header))


def fill_up(chunk: pl.DataFrame, header: list[str]) -> pl.DataFrame:
    """The chunk with every column of `header`; null where its part lacks one."""
    lacking = [pl.lit(None, dtype=pl.String).alias(name) for name in header if name not in chunk.columns]
    return chunk.with_columns(lacking).select(SHEET, ROW, UNREADABLE, *header)


def frame_of(
    part: str | None, rows: list[int], unreadable: list[str | None], cells: dict[str, list[str | None]]
) -> pl.DataFrame:
    """A chunk out of lists: one row number, one text where the row is unreadable, and one cell per column and row."""
    series = [
        pl.Series(SHEET, [part] * len(rows), dtype=pl.String),
        pl.Series(ROW, rows, dtype=pl.Int64),
        pl.Series(UNREADABLE, unreadable, dtype=pl.String),
    ]
    return pl.DataFrame(series + [pl.Series(name, values, dtype=pl.String) for name, values in cells.items()])
