"""When the handling of a case is due: the four kinds of limit, and suspensions that stop the clock. By walking, day by day."""

import datetime as dt
from dataclasses import dataclass
from math import ceil

from tests.pipeline.recompute.city import City

ONE_DAY = dt.timedelta(days=1)
#: (suspended, resumed); not resumed yet: None.
Suspension = tuple[dt.datetime, dt.datetime | None]


@dataclass(frozen=True)
class Deadline:
    """`due` with all ended suspensions added; `stands_still`: the case is suspended and was not late when that began."""

    due: dt.datetime | None
    stands_still: bool = False


def without_suspensions(city: City, start: dt.datetime, limit: float, unit: str) -> dt.datetime:
    """The end of a limit that starts then."""
    if unit == "urgent_hours":
        return start + dt.timedelta(hours=limit)
    if unit == "calendar_days":
        return start + dt.timedelta(days=limit)
    if unit == "work_hours":
        return _after_office_hours(city, start, dt.timedelta(hours=limit))
    return _after_workdays(city, start, ceil(limit))


def _after_office_hours(city: City, start: dt.datetime, left: dt.timedelta) -> dt.datetime:
    day = start.date()
    while True:
        for opens, closes in city.office_hours(day):
            begins = max(opens, start)
            if begins < closes:
                if left <= closes - begins:
                    return begins + left
                left -= closes - begins
        day += ONE_DAY


def _after_workdays(city: City, start: dt.datetime, left: int) -> dt.datetime:
    if not city.is_workday(start.date()):
        day = start.date()
        while not city.is_workday(day):
            day += ONE_DAY
        start = city.office_hours(day)[0][0]
    while left:
        start += ONE_DAY
        left -= city.is_workday(start.date())
    return start


def deadline(
    city: City, started: dt.datetime | None, limit: tuple[float, str] | None, suspensions: list[Suspension]
) -> Deadline:
    """The deadline of a case that was dispatched at `started`. Suspensions before that, or when it was late already, stop nothing."""
    if started is None or limit is None:
        return Deadline(None)
    due = without_suspensions(city, started, *limit)
    for suspended, resumed in sorted(suspensions, key=lambda suspension: suspension[0]):
        if not started <= suspended <= due:
            continue
        if resumed is None:
            return Deadline(due, stands_still=True)
        due += resumed - suspended
    return Deadline(due)


def suspensions_of(steps: list[tuple[dt.datetime, str, str]]) -> list[Suspension]:
    """The suspensions in a case's steps (when, identifier, action): each lasts until the next step that resumes, ends or renews it."""
    found: list[Suspension] = []
    since: dt.datetime | None = None
    for when, _, action in sorted(steps):
        if action not in ("suspend", "resume", "close", "force_close", "cancel"):
            continue
        if since is not None:
            found.append((since, when))
        since = when if action == "suspend" else None
    if since is not None:
        found.append((since, None))
    return found
