"""The year that is reported and the one before it, cut at the same day where the year is not over."""

import datetime as dt
from dataclasses import dataclass

from pipelines.errors import InputError


@dataclass(frozen=True)
class Span:
    """Days from the first to the last, both included."""

    first: dt.date
    last: dt.date


@dataclass(frozen=True)
class ReportYear:
    """`span` ends with the release's as-of day where the year is not over; `before` is the same stretch of the year before,
    of which a release has no whole records where the year `is_first`.
    """

    year: int
    span: Span
    before: Span
    is_over: bool
    is_first: bool


def report_year(year: int, as_of: dt.date, first: dt.date | None) -> ReportYear:
    """The year as a release of `as_of` knows it, whose first record is of `first` (None: it has no records at all).

    Raises InputError naming the years that the release covers.
    """
    if first is None or not first.year <= year <= as_of.year:
        known = f"{first.year}–{as_of.year}" if first else "–"
        raise InputError(
            f"发布版中没有 {year} 年的记录", f"the release has no records of {year}", key="--year", value=year,
            remedy_zh=f"可用的年份：{known}", remedy_en=f"years that it covers: {known}",
        )  # fmt: skip
    last = min(dt.date(year, 12, 31), as_of)
    return ReportYear(
        year, Span(dt.date(year, 1, 1), last), Span(dt.date(year - 1, 1, 1), _a_year_before(last)), as_of >= dt.date(year, 12, 31),
        is_first=year == first.year,
    )  # fmt: skip


def _a_year_before(day: dt.date) -> dt.date:
    """The same day of the year before; the 29th of February has the 28th."""
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)
