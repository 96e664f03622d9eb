"""The city's calendar: workdays with statutory holidays and make-up workdays, and the hours its offices are open.

Source of Chinese holidays: the `chinesecalendar` package, which carries the State Council's yearly notices for 2004 to 2026.
Years it does not know, and other countries, have the plain rule: Monday to Friday.
"""

import datetime as dt

import chinese_calendar
import polars as pl
from chinese_calendar.constants import holidays as STATUTORY_HOLIDAYS

from pipelines.city import City, WorkingHours

FIRST_DAY, LAST_DAY = dt.date(2010, 1, 1), dt.date(2028, 12, 31)
_KNOWN_YEARS = range(min(STATUTORY_HOLIDAYS).year, max(STATUTORY_HOLIDAYS).year + 1)


def _is_workday(day: dt.date, country: str) -> tuple[bool, str | None]:
    if country == "CN" and day.year in _KNOWN_YEARS:
        _, holiday = chinese_calendar.get_holiday_detail(day)
        return bool(chinese_calendar.is_workday(day)), holiday
    return day.weekday() < 5, None


def calendar(country: str) -> pl.DataFrame:
    """One row a day: `day`, `is_workday`, `holiday_name` (also on the make-up workdays of a holiday)."""
    days = [FIRST_DAY + dt.timedelta(days=n) for n in range((LAST_DAY - FIRST_DAY).days + 1)]
    verdicts = [_is_workday(day, country) for day in days]
    return pl.DataFrame(
        {"day": days, "is_workday": [v[0] for v in verdicts], "holiday_name": [v[1] for v in verdicts]},
        schema={"day": pl.Date, "is_workday": pl.Boolean, "holiday_name": pl.String},
    )


def working_hours(city: City, days: pl.DataFrame) -> pl.DataFrame:
    """One row per opening interval of each workday: `day`, `start_at`, `end_at` (local clock)."""
    rows = [
        (day, dt.datetime.combine(day, start), dt.datetime.combine(day, end))
        for day, is_workday in days.select("day", "is_workday").iter_rows()
        if is_workday
        for start, end in _hours_on(day, city.profile.working_hours)
    ]
    return pl.DataFrame(
        rows, schema={"day": pl.Date, "start_at": pl.Datetime("us"), "end_at": pl.Datetime("us")}, orient="row"
    )


def _hours_on(day: dt.date, rules: list[WorkingHours]) -> list[tuple[dt.time, dt.time]]:
    for rule in rules:
        if rule.valid_from <= day and (rule.valid_to is None or day < rule.valid_to) and day.month in rule.months:
            return rule.intervals
    return []
