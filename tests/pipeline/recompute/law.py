"""The law a second time: which limit is in force on a day, when a term ends, and which checks of a penalty case it decides.

The table of limits is read as it stands in its file; everything else is written down again.
"""

import csv
import datetime as dt
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from pipelines.settings import PROJECT_ROOT
from tests.pipeline.recompute.city import City
from tests.pipeline.recompute.records import Record

NATIONAL = PROJECT_ROOT / "pipelines/landing/national/CN/law_limits.csv"


class Limit(NamedTuple):
    """A limit in force: at most or at least so much, in its unit; whose duty it is."""

    value: float
    unit: str
    at_least: bool
    duty_of: str


class Check(NamedTuple):
    """One check of a case, dated by the day on which its term began or its act was done."""

    check: str
    day: dt.date
    is_breach: bool
    duty_of: str


@cache
def _rows() -> list[dict[str, str]]:
    with NATIONAL.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def limit(check: str, day: dt.date, procedure: str, unit: str | None = None) -> Limit | None:
    """What holds that day; bounds in yuan differ between citizens and organisations (`unit`)."""
    for row in _rows():
        until = row["valid_to"]
        in_force = dt.date.fromisoformat(row["valid_from"]) <= day and (not until or day < dt.date.fromisoformat(until))
        concerned = row["procedure"] in ("", procedure) and (
            row["limit_unit"] not in ("yuan_person", "yuan_org") or row["limit_unit"] == unit
        )
        if row["check_id"] == check and in_force and concerned:
            return Limit(float(row["limit_value"]), row["limit_unit"], row["comparison"] == "at_least", row["duty_of"])
    return None


def _workdays(city: City, after: dt.date, until: dt.date) -> int:
    days = ((after + dt.timedelta(days=n)) for n in range(1, (until - after).days + 1))
    return sum(city.is_workday(day) for day in days)


def last_day(city: City, start: dt.date, term: Limit) -> dt.date:
    """The last day of a term; the first does not count."""
    if term.unit == "calendar_days":
        return start + dt.timedelta(days=int(term.value))
    day, left = start, int(term.value)
    while left:
        day += dt.timedelta(days=1)
        left -= city.is_workday(day)
    return day


def checks(city: City, case: Record, auxiliaries: int, cash: list[Record], today: dt.date) -> Iterator[Check]:
    """Every check that applies to the case by the end of the day. `cash` are its receipts of cash taken on the spot."""
    unit = {"person": "yuan_person", None: None}.get(case["party_kind"], "yuan_org")
    for check, start, act, void in _terms(case, cash):
        found = limit(check, start, case["procedure"], unit) if start and start <= today else None
        if start is None or found is None:
            continue
        done = act if act is not None and act <= today else None
        if found.at_least:
            if done is not None:
                between = (done - start).days if found.unit == "calendar_days" else _workdays(city, start, done)
                yield Check(check, start, between < found.value, found.duty_of)
            continue
        last = last_day(city, start, found)
        if done is not None:
            yield Check(check, start, done > last, found.duty_of)
        elif last < today and (void is None or void > today):
            yield Check(check, start, True, found.duty_of)
    for check, on, amount in _bounds(case, unit, auxiliaries):
        found = limit(check, on, case["procedure"], unit) if on and on <= today else None
        if on is not None and found is not None:
            value = round(float(amount), 4)
            broken = value < found.value if found.at_least else value > found.value
            yield Check(check, on, broken, found.duty_of)


Term = tuple[str, dt.date | None, dt.date | None, dt.date | None]


def _terms(case: Record, cash: list[Record]) -> Iterator[Term]:
    """(check, first day, day of the act, day from which it is void)."""
    asked, decided = case["hearing_requested_on"], case["decided_on"]
    yield "decision_time", case["filed_on"], decided, case["closed_on"]
    yield "hearing_request", case["notified_on"] if asked else None, asked, None
    yield (
        "hearing_notice",
        case["hearing_notified_on"] if case["hearing_held_on"] else None,
        case["hearing_held_on"],
        None,
    )
    yield "service_time", decided, case["served_on"], None
    given_up = case["closed_on"] if case["close_type"] in ("withdrawn", "terminated") else None
    yield "payment_time", case["served_on"] if case["fine_yuan"] else None, case["paid_on"], given_up
    yield "publicity_time", decided, case["published_on"], None
    if cash:
        handed_in = [receipt["handed_in_on"] for receipt in cash if receipt["handed_in_on"]]
        yield "cash_hand_in", min(receipt["paid_on"] for receipt in cash), max(handed_in, default=None), None


def _bounds(case: Record, unit: str | None, auxiliaries: int) -> Iterator[tuple[str, dt.date | None, float]]:
    """(check, day of the act, what is held against the bound)."""
    decided, fine, extra = case["decided_on"], case["fine_yuan"], case["surcharge_yuan"]
    if decided:
        large = limit("large_fine", decided, case["procedure"], unit) if unit else None
        is_large = large is not None and fine is not None and fine >= large.value
        yield "notice_first", decided, _by(case["notified_on"], decided)
        if case["hearing_requested_on"]:
            yield "hearing_held", decided, _by(case["hearing_held_on"], decided)
        if case["hearing_requested_on"] or is_large:
            yield "legal_review", decided, _by(case["legal_reviewed_on"], decided)
        if fine:
            yield "on_spot_fine", decided, fine
    if extra and fine:
        days = (case["paid_on"] - case["served_on"]).days - 15 if case["paid_on"] and case["served_on"] else 1
        yield "surcharge_cap", case["paid_on"], extra / fine
        yield "surcharge_rate", case["paid_on"], extra / fine / max(days, 1)
    if case["collect_mode"] == "on_spot" and fine is not None:
        yield "cash_on_spot", case["paid_on"], fine
    officers = {case["officer_1"], case["officer_2"]} - {None}
    if officers:
        yield "two_officers", case["filed_on"], len(officers)
        yield "no_auxiliary", case["filed_on"], auxiliaries


def _by(done: dt.date | None, day: dt.date) -> int:
    return int(done is not None and done <= day)
