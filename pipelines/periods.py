"""Reporting periods: `[[reporting_periods]]` of `city.toml`, and the periods that follow from them.

Belongs here: from when to when a period runs and when its evaluation is frozen. What is evaluated stands in the dbt project.

A period need not be a calendar month: with `last_day = 25` the month of September runs from 26 August to 25 September, the third
quarter from 26 June to 25 September, the year from 26 December. A period has the name of the month, quarter or year that it ends in.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from pipelines.strict import Strict

Kind = Literal["month", "quarter", "year"]
MONTHS: dict[str, int] = {"month": 1, "quarter": 3, "year": 12}
ONE_DAY = dt.timedelta(days=1)


class PeriodRule(Strict):
    """How periods of one kind run from a day on. Without `last_day` they end with the calendar month."""

    kind: Kind
    valid_from: dt.date | None = None
    last_day: int | None = Field(default=None, ge=1, le=28)
    freeze_after_days: int = Field(default=10, ge=0, le=366)


#: For a city that says nothing.
CALENDAR: tuple[PeriodRule, ...] = (PeriodRule(kind="month"), PeriodRule(kind="quarter"), PeriodRule(kind="year"))


@dataclass(frozen=True)
class Period:
    """`ends_on` is the last day that belongs to it; its evaluation is frozen on the night of `freezes_on`."""

    period_id: str
    kind: str
    starts_on: dt.date
    ends_on: dt.date
    freezes_on: dt.date


def check_rules(rules: Sequence[PeriodRule]) -> None:
    """Raises ValueError where two rules of a kind begin on the same day."""
    begun = [(rule.kind, rule.valid_from) for rule in rules]
    if twice := [kind for kind, day in begun if begun.count((kind, day)) > 1]:
        raise ValueError(f"two rules for the kind '{twice[0]}' begin on the same day; give each its own valid_from")


def periods(rules: Sequence[PeriodRule], first: dt.date, last: dt.date) -> list[Period]:
    """The periods of every kind that end between the two days, in order.

    Each day from the first on belongs to exactly one period of a kind. Where a rule takes over within a period, the days left over
    belong to the new rule's first period.
    """
    found: list[Period] = []
    for kind in MONTHS:
        of_kind = sorted((r for r in rules if r.kind == kind), key=lambda rule: rule.valid_from or dt.date.min)
        taken: set[str] = set()
        for at, rule in enumerate(of_kind):
            begins = max(rule.valid_from or first, first)
            until = of_kind[at + 1].valid_from if at + 1 < len(of_kind) else None
            for period in _of_rule(rule, begins, (until or last + ONE_DAY) - ONE_DAY, taken, whole=until is None):
                taken.add(period.period_id)
                found.append(period)
    return sorted(found, key=lambda period: (period.starts_on, period.ends_on))


def _of_rule(rule: PeriodRule, begins: dt.date, until: dt.date, taken: set[str], *, whole: bool) -> Iterator[Period]:
    """`whole`: the last period of the last rule is left out unless it ends in time; that of an earlier rule is cut off."""
    starts = begins
    while starts <= until:
        ends = _end(rule, starts)
        while name(rule.kind, ends) in taken:
            ends = _end(rule, ends + ONE_DAY)
        if ends > until and whole:
            return
        ends = min(ends, until)
        named = name(rule.kind, ends if not rule.last_day or ends.day == rule.last_day else _end(rule, ends))
        yield Period(named, rule.kind, starts, ends, ends + dt.timedelta(days=rule.freeze_after_days))
        starts = ends + ONE_DAY


def _end(rule: PeriodRule, day: dt.date) -> dt.date:
    """The last day of the period that the day lies in."""
    length = MONTHS[rule.kind]
    year, month = day.year, day.month
    if rule.last_day and day.day > rule.last_day:
        year, month = _plus(year, month, 1)
    year, month = _plus(year, month, -month % length)
    if rule.last_day:
        return dt.date(year, month, rule.last_day)
    return dt.date(*_plus(year, month, 1), 1) - ONE_DAY


def _plus(year: int, month: int, months: int) -> tuple[int, int]:
    count = year * 12 + month - 1 + months
    return count // 12, count % 12 + 1


def name(kind: str, ends: dt.date) -> str:
    """2017-09, 2017Q3 or 2017."""
    if kind == "month":
        return f"{ends:%Y-%m}"
    return f"{ends.year}Q{(ends.month + 2) // 3}" if kind == "quarter" else f"{ends.year}"
