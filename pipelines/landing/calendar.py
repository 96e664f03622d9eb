"""The city's calendar: workdays with public holidays and make-up workdays, and the hours its offices are open.

Sources: for China the `chinesecalendar` package, which carries the State Council's yearly notices for 2004 to 2026; for other countries,
and for Chinese years without a notice yet, the `holidays` package. A city's own `reference/holidays.csv` (day, name, is_workday) stands
above both: local holidays, closings, make-up workdays, a year that no package knows.
"""

import datetime as dt
from collections.abc import Callable

import chinese_calendar
import holidays
import polars as pl
from chinese_calendar.constants import holidays as STATUTORY_HOLIDAYS

from pipelines.city import City, CityFacts, WorkingHours
from pipelines.city.facts import WEEKDAYS
from pipelines.errors import ProfileError
from pipelines.landing.reference_files import read_table

FIRST_DAY, LAST_DAY = dt.date(2010, 1, 1), dt.date(2028, 12, 31)
OWN_DAYS = "holidays.csv"
_OWN_COLUMNS = {"day": "date", "name": "varchar", "is_workday": "boolean"}
_KNOWN_YEARS = range(min(STATUTORY_HOLIDAYS).year, max(STATUTORY_HOLIDAYS).year + 1)

#: (whether offices work, the holiday's name if it is one or is made up for)
Verdict = tuple[bool, str | None]


def calendar(city: City) -> pl.DataFrame:
    """One row a day, from 2010 or the year of the city's first day to 2028: `day`, `is_workday`, `holiday_name` (also on make-up workdays).

    Raises ProfileError naming what is wrong in the city's own file of holidays.
    """
    first = min(FIRST_DAY, city.facts.first_day.replace(month=1, day=1))
    days = [first + dt.timedelta(days=n) for n in range((LAST_DAY - first).days + 1)]
    verdict = _of_country(city.facts, range(first.year, LAST_DAY.year + 1))
    own = _own_days(city, first)
    verdicts = [own.get(day) or verdict(day) for day in days]
    return pl.DataFrame(
        {"day": days, "is_workday": [v[0] for v in verdicts], "holiday_name": [v[1] for v in verdicts]},
        schema={"day": pl.Date, "is_workday": pl.Boolean, "holiday_name": pl.String},
    )


def _of_country(facts: CityFacts, years: range) -> Callable[[dt.date], Verdict]:
    known = holidays.country_holidays(facts.country, subdiv=facts.subdivision, years=years)
    # Named explicitly: without a language the names would be those of whoever's terminal runs the night.
    language = next((name for name in known.supported_languages if name.startswith("en")), known.default_language)
    known = holidays.country_holidays(facts.country, subdiv=facts.subdivision, years=years, language=language)
    weekend = {WEEKDAYS.index(name) for name in facts.weekend} if facts.weekend is not None else None

    def verdict(day: dt.date) -> Verdict:
        if facts.country == "CN" and weekend is None and day.year in _KNOWN_YEARS:
            _, holiday = chinese_calendar.get_holiday_detail(day)
            return bool(chinese_calendar.is_workday(day)), holiday
        is_off = day.weekday() in weekend if weekend is not None else known.is_weekend(day)
        return day in known.weekend_workdays if is_off else day not in known, known.get(day)

    return verdict


def _own_days(city: City, first: dt.date) -> dict[dt.date, Verdict]:
    path = city.reference_dir / OWN_DAYS
    found: dict[dt.date, Verdict] = {}
    for at, (day, name, is_workday) in enumerate(read_table(path, _OWN_COLUMNS).iter_rows(), start=2):
        read = dt.date.fromisoformat(day)
        if is_workday is None:
            raise ProfileError(
                "没有写明是否上班", "it is not said whether offices work that day", file=path, row=at, column="is_workday",
                remedy_zh="写 true（上班）或 false（放假）", remedy_en="write true (offices work) or false (they are closed)",
            )  # fmt: skip
        if read in found or not first <= read <= LAST_DAY:
            raise ProfileError(
                "日期重复或不在日历范围内", "this day comes twice or is not in the calendar", file=path, row=at, column="day",
                value=day, remedy_zh=f"每天一行，{first} 至 {LAST_DAY}", remedy_en=f"one row a day, from {first} to {LAST_DAY}",
            )  # fmt: skip
        found[read] = (is_workday.strip().lower() in _TRUE, name)
    return found


#: What DuckDB reads as true.
_TRUE = ("true", "t", "yes", "y", "1")


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
