"""Where the header of a table is: by the rows that the profile states, or by the columns that it names.

Belongs here: what sheets and delimited text have in common. How they are cut into cells stands in `workbook` and `text`.
"""

from collections.abc import Collection, Sequence
from typing import Literal

from pipelines.errors import InputError
from pipelines.readers.base import join_header, normalise_header
from pipelines.readers.faults import no_header, too_large
from pipelines.readers.limits import MOST_COLUMNS

#: A header is looked for in so many rows, and taken to be at most so many rows deep.
SEARCHED_ROWS = 30
DEEPEST_HEADER = 3

Row = Sequence[str | None]


def rows_wanted(header_rows: list[int] | Literal["find"]) -> int:
    """How many of the first rows are needed to tell the header."""
    return SEARCHED_ROWS + DEEPEST_HEADER if header_rows == "find" else max(header_rows)


def locate_header(
    rows: Sequence[Row],
    header_rows: list[int] | Literal["find"],
    known: Collection[str],
    source: str,
    part: str | None = None,
) -> tuple[int, list[str]]:
    """(the number of the header's last row, one name per column), of a table that begins with `rows`.

    Raises InputError where the stated rows hold no text, or where no row holds two of the known columns (or the only one).
    """
    if any(len(row) > MOST_COLUMNS for row in rows):
        raise too_large(source, f"列数超过 {MOST_COLUMNS}", f"it has more than {MOST_COLUMNS} columns", sheet=part)
    if header_rows == "find":
        best = best_header(rows, known)
        if best is None:
            raise no_header(source, part, [_shown(row) for row in rows[:5]], found=True)
        at, depth, names = best
        return at + depth, names
    stated = [list(rows[at - 1]) if at <= len(rows) else [] for at in header_rows]
    if not any(cell and cell.strip() for row in stated for cell in row):
        raise no_header(source, part, [_shown(row) for row in stated], found=False)
    return max(header_rows), join_header(level(stated))


def best_header(rows: Sequence[Row], known: Collection[str]) -> tuple[int, int, list[str]] | None:
    """(index, depth, names) of the header among `rows` that holds most of the known columns; the shallower and upper one of equals."""
    wanted = set(known)
    best: tuple[int, int, list[str]] | None = None
    most = min(2, len(wanted)) - 1 if wanted else 0
    for depth in range(1, DEEPEST_HEADER + 1):
        for at in range(min(len(rows) - depth + 1, SEARCHED_ROWS)):
            block = level(rows[at : at + depth])
            if not block[0] or not any(cell and cell.strip() for cell in block[0]):
                continue
            names = join_header(block)
            hits = len(wanted.intersection(names))
            if hits > most:
                best, most = (at, depth, names), hits
    return best


def level(rows: Sequence[Row]) -> list[list[str | None]]:
    """The rows, each as wide as the widest."""
    width = max((len(row) for row in rows), default=0)
    return [[*row, *[None] * (width - len(row))] for row in rows]


def check_only(only: Collection[str], header: Collection[str], source: str) -> None:
    """Raises InputError where a column that tells records from others is not there."""
    if lacking := [name for name in only if name not in header and normalise_header(name) not in header]:
        raise InputError(
            "配置 only 中的列不存在", "a column named in `only` does not exist", file=source, column=", ".join(lacking),
            value="、".join(list(header)[:40]) or None,
            remedy_zh="改正配置中的 source.only", remedy_en="mend source.only in the profile",
        )  # fmt: skip


def _shown(row: Row) -> str:
    return ",".join((cell or "").strip() for cell in row[:12])
