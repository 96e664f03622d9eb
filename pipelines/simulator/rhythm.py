"""When things happen: busy and quiet days, the hours of the day, office hours, and how long a limit lasts.

Belongs here: time only. What happens stands in the modules of the sources. The calendar and the office hours are the warehouse's own, so
that a deadline means the same on both sides.
"""

from bisect import bisect_left, bisect_right
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from random import Random

from pipelines.city import City
from pipelines.landing.calendar import calendar, working_hours

#: Illustrative: a snow-bound winter, a busy summer, quiet weekends.
SEASON = {1: 0.72, 2: 0.70, 3: 0.95, 4: 1.12, 5: 1.18, 6: 1.20, 7: 1.22, 8: 1.18, 9: 1.10, 10: 0.98, 11: 0.85, 12: 0.75}
WEEKDAY = (1.15, 1.10, 1.08, 1.05, 1.02, 0.80, 0.62)
HOURS = {8: 2, 9: 5, 10: 12, 11: 13, 12: 9, 13: 7, 14: 5, 15: 7, 16: 12, 17: 12, 18: 9, 19: 5, 20: 2}
_HOUR_LIST = [hour for hour, weight in HOURS.items() for _ in range(weight)]


def random_clock(rng: Random, hours: tuple[int, ...] | None = None) -> time:
    """A time of day as problems are reported; out of `hours` if they are given."""
    hour = rng.choice(hours or _HOUR_LIST)
    return time(hour, rng.randrange(60), rng.randrange(60))


class Clock:
    """The city's days and office hours."""

    def __init__(self, city: City) -> None:
        days = calendar(city)
        self._workday: dict[date, bool] = dict(days.select("day", "is_workday").iter_rows())
        self._workdays: list[date] = [day for day, works in self._workday.items() if works]
        opening = list(working_hours(city, days).select("start_at", "end_at").iter_rows())
        self._starts: list[datetime] = [start for start, _ in opening]
        self._ends: list[datetime] = [end for _, end in opening]
        self._minutes = [
            0.0,
            *accumulate((e - s).total_seconds() / 60 for s, e in zip(self._starts, self._ends, strict=True)),
        ]

    def days(self, first: date, last: date, *, growth: float = 0.0) -> "Days":
        """Days to draw from. `growth` is how much busier each later year is."""
        span = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        return Days(span, [self._busy(day) * (1 + growth * (day - first).days / 365) for day in span])

    def _busy(self, day: date) -> float:
        weight = SEASON[day.month] * WEEKDAY[day.weekday()]
        holiday = day.weekday() < 5 and not self._workday[day]
        return weight * (0.5 if holiday else 1.0)

    def is_workday(self, day: date) -> bool:
        """Whether offices are open that day."""
        return self._workday[day]

    def next_workday(self, day: date) -> date:
        """That day or the first workday after it."""
        return self._workdays[bisect_left(self._workdays, day)]

    def nth_workday_after(self, day: date, n: int) -> date:
        """The n-th workday after the day, the day itself not counted."""
        return self._workdays[bisect_right(self._workdays, day) + n - 1]

    def add_office_minutes(self, start: datetime, minutes: float) -> datetime:
        """The moment at which so many minutes of office hours have passed since the start."""
        at = bisect_right(self._starts, start) - 1
        passed = 0.0
        if at >= 0:
            inside = min(start, self._ends[at]) - self._starts[at]
            passed = self._minutes[at] + inside.total_seconds() / 60
        target = passed + minutes
        interval = min(max(bisect_left(self._minutes, target) - 1, 0), len(self._starts) - 1)
        return self._starts[interval] + timedelta(minutes=target - self._minutes[interval])

    def deadline_bounds(
        self, filed: datetime, dispatched: datetime, value: float, unit: str
    ) -> tuple[datetime, datetime]:
        """(surely in time until, surely late after).

        There are several honest readings of a limit: from filing or from dispatch, to the same hour or to the end of the last day. The
        simulator keeps clear of the stretch between them, so that its count of late closings holds under each.
        """
        if unit == "urgent_hours":
            return filed + timedelta(hours=value), dispatched + timedelta(hours=value)
        if unit == "work_hours":
            return self.add_office_minutes(filed, value * 60), self.add_office_minutes(dispatched, value * 60)
        days = int(value)
        if unit == "work_days":
            soon = datetime.combine(self.nth_workday_after(filed.date(), days), filed.time())
            late = datetime.combine(self.nth_workday_after(dispatched.date(), days + 1), time(23, 59, 59))
            return soon, late
        end = dispatched.date() + timedelta(days=days)
        return filed + timedelta(days=days), datetime.combine(end, time(23, 59, 59))


class Days:
    """Days that are drawn by how busy they are."""

    def __init__(self, days: list[date], weights: list[float]) -> None:
        self._days = days
        self._sums = list(accumulate(weights))

    def draw(self, rng: Random, count: int) -> list[date]:
        """So many days, in order."""
        total = self._sums[-1]
        last = len(self._days) - 1
        return sorted(self._days[min(bisect_right(self._sums, rng.random() * total), last)] for _ in range(count))
