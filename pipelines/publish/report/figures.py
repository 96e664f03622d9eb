"""The figures of the report: metrics of the release's dictionary, and the questions of `standing/`, each with its note.

Belongs here: asking one release for a figure over a span of days, whether it may be compared with the year before, and the notes that
say of each figure what it is. How a figure is said stands in `sentences`.
"""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

import duckdb

from pipelines.errors import InputError
from pipelines.metrics.dictionary import Dictionary, Metric
from pipelines.metrics.relations import of_this_version, rows, why_empty
from pipelines.publish.report.questions import questions
from pipelines.publish.report.year import ReportYear, Span

STANDING: dict[str, dict[str, str]] = questions("standing")
#: The first record may come so many days after the year before began, and that year still counts as whole.
_LATE_START = dt.timedelta(days=31)
_PARAMETER = re.compile(r"\$([a-z_]+)")


@dataclass(frozen=True)
class Figure:
    """One figure. `value` is None where nothing can be said; a ratio's `denominator` tells how many it is of, None for a sum.

    `is_few` tells that the denominator is below the volume from which the ratio means anything.
    """

    name: str
    unit: str
    value: Decimal | float | int | None
    span: Span
    where: tuple[tuple[str, str], ...] = ()
    denominator: Decimal | float | int | None = None
    is_few: bool = False
    is_ratio: bool = False

    def __bool__(self) -> bool:
        """Whether there is anything to speak of: neither nothing nor zero."""
        return bool(self.value)

    @property
    def is_known(self) -> bool:
        return self.value is not None and not self.is_few


@dataclass
class Facts:
    """All that the report says of one year of one release; `notes` are the names of figures in the order in which they were first said."""

    connection: duckdb.DuckDBPyConnection
    dictionary: Dictionary
    year: ReportYear
    notes: list[str] = field(default_factory=list)

    def figure(
        self, name: str, *, before: bool = False, since: bool = False, where: Mapping[str, str] | None = None
    ) -> Figure:
        """The figure of the year, of the same stretch of the year before (`before`), or of all time up to the year's last day (`since`)."""
        span = self.year.before if before else self.year.span
        if since:
            span = Span(dt.date.min, span.last)
        conditions = tuple(sorted((where or {}).items()))
        if name in STANDING:
            return self._standing(name, span)
        if name not in self.dictionary.metrics:
            raise InputError(
                "当前发布版没有这个指标", "the release does not have this metric", value=name,
                remedy_zh="用本版程序运行 `chengguan nightly`，发布新的一版",
                remedy_en="run `chengguan nightly` with this version, which publishes a new one",
            )  # fmt: skip
        return self._of_metric(self.dictionary.metrics[name], span, conditions)

    def note_of(self, figure: Figure) -> int:
        """The number of the figure's note."""
        if figure.name not in self.notes:
            self.notes.append(figure.name)
        return self.notes.index(figure.name) + 1

    def is_comparable(self, figure: Figure) -> bool:
        """Whether records go back to the beginning of the year before: a feed that began within it would show growth that is none."""
        if self.year.is_first:
            return False
        if figure.name in STANDING:
            return STANDING[figure.name].get("is_comparable") != "no"
        part = self.dictionary.metrics[figure.name].numerator
        first = self._first_day(part.relation, part.anchor)
        return first is not None and first <= self.year.before.first + _LATE_START

    def has(self, *relations: str) -> bool:
        """Whether any of the relations has rows at all."""
        return any(self.why_not(relation) is None for relation in relations)

    def why_not(self, relation: str) -> dict[str, str] | None:
        """{why_zh, why_en} of a relation without rows; None where it has some."""
        return why_empty(self.connection, relation)

    @cached_property
    def told(self) -> dict[str, dict[str, Any]]:
        """The dictionary's rows by metric."""
        return {row["metric"]: row for row in rows(self.connection, "select * from meta.metrics")}

    def ask(self, sql: str) -> list[dict[str, Any]]:
        """The rows of a question; $first, $last and $year are the reported year's, $first_before and $last_before those of the year before."""
        return self._ask(sql, self.year.span)

    def _ask(self, sql: str, span: Span) -> list[dict[str, Any]]:
        known = {
            "first": span.first, "last": span.last, "year": span.last.year,
            "first_before": self.year.before.first, "last_before": self.year.before.last,
        }  # fmt: skip
        return rows(self.connection, sql, {name: known[name] for name in set(_PARAMETER.findall(sql))})

    def _standing(self, name: str, span: Span) -> Figure:
        told = STANDING[name]
        [row] = self._ask(told["sql"], span) or [{"value": None}]
        count, least = row.get("n"), int(told.get("minimum_volume", 0))
        few = count is not None and count < least
        return Figure(
            name, told["unit"], row["value"], span, denominator=count, is_few=few, is_ratio=told["unit"] == "%"
        )

    def _of_metric(self, metric: Metric, span: Span, where: tuple[tuple[str, str], ...]) -> Figure:
        sums = [self._sum(metric, at, span, where) for at in range(len(metric.parts))]
        unit = str(metric.about.get("unit", ""))
        if metric.denominator is None:
            return Figure(metric.name, unit, sums[0], span, where)
        top, base = sums
        few = base is not None and base < (metric.minimum_volume or 0)
        value = None if not base else float(top or 0) / float(base)
        return Figure(metric.name, unit, value, span, where, base, few, is_ratio=True)

    def _sum(self, metric: Metric, at: int, span: Span, where: tuple[tuple[str, str], ...]) -> Any:
        part = metric.parts[at]
        said = "".join(f" and {part.dimensions[key]} = $where_{number}" for number, (key, _) in enumerate(where))
        sql = (
            f"select coalesce(sum({part.expression}), 0) from {part.relation}"
            f" where cast({part.anchor} as date) between $first and $last{said}"
        )
        values = {f"where_{number}": value for number, (_, value) in enumerate(where)}
        with of_this_version():
            [(value,)] = self.connection.execute(sql, {"first": span.first, "last": span.last, **values}).fetchall()
        return value

    def _first_day(self, relation: str, anchor: str) -> dt.date | None:
        with of_this_version():
            [(first,)] = self.connection.execute(f"select min(cast({anchor} as date)) from {relation}").fetchall()
        return first if isinstance(first, dt.date) else None
