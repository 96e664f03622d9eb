"""The past as arrays: cases by source, street, class and day, and what is known of each day before it comes.

Belongs here: turning tables into arrays and cutting them at a day. What is made of them stands in `model` and `backtest`.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import polars as pl

Floats = npt.NDArray[np.float64]

#: Reports of citizens, and what officials found: they follow different rules and are forecast apart.
SOURCES = ("citizen", "official")
WEEK = 7


@dataclass(frozen=True)
class Calendar:
    """Whether offices work, by day; longer than the history, since holidays are known ahead. `first` is its first day."""

    first: dt.date
    is_workday: npt.NDArray[np.bool_]

    def from_day(self, day: dt.date, count: int) -> npt.NDArray[np.bool_]:
        """So many days from `day`. Raises ValueError where the calendar does not reach."""
        start = (day - self.first).days
        if start < 0 or start + count > len(self.is_workday):
            raise ValueError(f"the calendar does not hold {count} days from {day}")
        return self.is_workday[start : start + count]


@dataclass(frozen=True)
class History:
    """`counts` [source, street, class, day] from `first`; `campaigns` are (class's place, first, last day) as far as they are known."""

    first: dt.date
    counts: Floats
    streets: Sequence[str]
    classes: Sequence[str]
    calendar: Calendar
    campaigns: Sequence[tuple[int, dt.date, dt.date]] = field(default_factory=tuple)

    @property
    def days(self) -> int:
        return int(self.counts.shape[3])

    @property
    def last(self) -> dt.date:
        return self.first + dt.timedelta(days=self.days - 1)

    def until(self, day: dt.date) -> "History":
        """What was known at the end of that day. A campaign that begins later was not known to come."""
        kept = (day - self.first).days + 1
        known = tuple(one for one in self.campaigns if one[1] <= day)
        return replace(self, counts=self.counts[:, :, :, :kept], campaigns=known)


def history(
    cases: pl.DataFrame, days: pl.DataFrame, campaigns: pl.DataFrame, streets: Sequence[str], last: dt.date
) -> History | None:
    """From tables; None where there is no case.

    `cases`: day, street_code, event_class, is_public, cases. `days`: date_on, is_workday, one row a day. `campaigns`: event_class,
    starts_on, ends_on. `streets` are there even if nothing happened in them yet. Begins on a Monday, so that weeks are whole.
    """
    cases = cases.filter(pl.col("day") <= last)
    if cases.is_empty():
        return None
    begun = cases["day"].min()
    assert isinstance(begun, dt.date)
    first = begun - dt.timedelta(days=begun.weekday())
    all_streets = sorted({*streets, *cases["street_code"]})
    classes = sorted(set(cases["event_class"]))
    at_street, at_class = _places(all_streets), _places(classes)
    counts = np.zeros((len(SOURCES), len(all_streets), len(classes), (last - first).days + 1))
    where = (
        (~cases["is_public"]).cast(pl.Int64).to_numpy(),
        cases["street_code"].replace_strict(at_street, return_dtype=pl.Int64).to_numpy(),
        cases["event_class"].replace_strict(at_class, return_dtype=pl.Int64).to_numpy(),
        (cases["day"] - first).dt.total_days().to_numpy(),
    )
    np.add.at(counts, where, cases["cases"].to_numpy().astype(float))
    days = days.sort("date_on")
    known = Calendar(days["date_on"][0], days["is_workday"].to_numpy())
    held = tuple((at_class[name], begins, ends) for name, begins, ends in campaigns.iter_rows() if name in at_class)
    return History(first, counts, all_streets, classes, known, held)


def by_week(daily: Floats) -> Floats:
    """Sums of seven days along the last axis, whose length is a multiple of seven."""
    sums: Floats = daily.reshape(*daily.shape[:-1], -1, WEEK).sum(axis=-1)
    return sums


def _places(names: Sequence[str]) -> Mapping[str, int]:
    return {name: at for at, name in enumerate(names)}
