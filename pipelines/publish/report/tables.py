"""The tables of the report, asked of one release as `tables/` says, under the small-cell rule.

Belongs here: what a table is, its cells and how they are written. Page and workbook render the same object.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.publish.report.figures import Facts
from pipelines.publish.report.questions import questions
from pipelines.publish.report.sentences import Lang, number, percent, pick, word
from pipelines.publish.report.small_cells import K, held_back

TABLES = questions("tables")


@dataclass(frozen=True)
class Column:
    """`kind`: text, count (of records: small ones are held back), tally (of the bureau's own things), number, rate, day, month, year.

    A rate is `numerator ÷ denominator` of two columns of the query and is not shown where the denominator is below `least`. A column with a
    `guard` is held back with the column of that name.
    """

    name: str
    zh: str
    en: str
    kind: str = "tally"
    words: str | None = None
    numerator: str = ""
    denominator: str = ""
    least: int = 0
    guard: str = ""
    decimals: int | None = None

    def title(self, lang: Lang) -> str:
        return pick(lang, self.zh, self.en)


@dataclass(frozen=True)
class Few:
    """A cell that is held back: under the small-cell rule (`is_small`), or a rate of too few."""

    is_small: bool

    def __str__(self) -> str:
        return f"<{K}" if self.is_small else "–"


@dataclass(frozen=True)
class Table:
    """`rows` are the cells by column; None is no value, Few one that is held back."""

    name: str
    told: Mapping[str, Any]
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]

    def title(self, lang: Lang) -> str:
        return str(self.told[pick(lang, "zh", "en")])

    def note(self, lang: Lang) -> str:
        return str(self.told.get(pick(lang, "note_zh", "note_en"), ""))

    @property
    def relation(self) -> str:
        return str(self.told["relation"])

    def column(self, name: str) -> list[Any]:
        """The cells of one column, in order."""
        at = [column.name for column in self.columns].index(name)
        return [row[at] for row in self.rows]

    @property
    def has_small_cells(self) -> bool:
        return any(isinstance(cell, Few) and cell.is_small for row in self.rows for cell in row)


def table(facts: Facts, name: str, lang: Lang) -> Table:
    """The table of that name; without rows where the release has none for the year."""
    told = TABLES[name]
    columns = [Column(**column) for column in told["columns"]]
    asked = facts.ask(told["sql"])
    hidden = {
        column.name: held_back([row[column.name] for row in asked]) for column in columns if column.kind == "count"
    }
    cells = [[_cell(column, row, at, hidden, lang) for column in columns] for at, row in enumerate(asked)]
    return Table(name, told, columns, cells)


def written(column: Column, cell: Any, lang: Lang) -> str:
    """A cell as the document shows it."""
    if cell is None:
        return "–"
    if isinstance(cell, Few | str):
        return str(cell)
    if column.kind == "rate":
        return percent(float(cell))
    if isinstance(cell, dt.date):
        return pick(lang, f"{cell.month}月", f"{cell:%b}") if column.kind == "month" else f"{cell:%Y-%m-%d}"
    if column.kind == "year":
        return str(cell)
    return number(cell, lang, grouped=True) if column.decimals is None else f"{cell:,.{column.decimals}f}"


def _cell(column: Column, row: Mapping[str, Any], at: int, hidden: Mapping[str, Sequence[bool]], lang: Lang) -> Any:
    if any(name in hidden and hidden[name][at] for name in (column.name, column.guard)):
        return Few(is_small=True)
    if column.kind == "rate":
        return _rate(column, row)
    if column.kind != "text":
        return row[column.name]
    return word(column.words, row[column.name], lang) if column.words else row[f"{column.name}_{lang}"]


def _rate(column: Column, row: Mapping[str, Any]) -> Any:
    base = row[column.denominator]
    if not base:
        return None
    return Few(is_small=False) if base < column.least else float(row[column.numerator]) / float(base)
