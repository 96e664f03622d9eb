"""Reporting periods: every day belongs to exactly one of a kind, whatever day of the month they end on and whenever that changes."""

import datetime as dt
from collections import Counter
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.city import City
from pipelines.errors import ProfileError
from pipelines.periods import CALENDAR, MONTHS, Period, PeriodRule, periods
from tests.conftest import CITY

FIRST, LAST = dt.date(2013, 11, 1), dt.date(2018, 12, 31)
last_days = st.one_of(st.none(), st.integers(1, 28))


def _by_name(rules: list[PeriodRule]) -> dict[str, Period]:
    return {period.period_id: period for period in periods(rules, FIRST, LAST)}


def test_calendar_months_quarters_and_years_are_the_default() -> None:
    found = _by_name(list(CALENDAR))
    assert (found["2017-02"].starts_on, found["2017-02"].ends_on) == (dt.date(2017, 2, 1), dt.date(2017, 2, 28))
    assert (found["2017Q3"].starts_on, found["2017Q3"].ends_on) == (dt.date(2017, 7, 1), dt.date(2017, 9, 30))
    assert (found["2013"].starts_on, found["2013"].ends_on) == (FIRST, dt.date(2013, 12, 31))
    assert found["2017-02"].freezes_on == dt.date(2017, 3, 10)


def test_a_month_can_run_from_the_26th_to_the_25th() -> None:
    found = _by_name([PeriodRule(kind=kind, last_day=25) for kind in ("month", "quarter", "year")])
    assert (found["2017-09"].starts_on, found["2017-09"].ends_on) == (dt.date(2017, 8, 26), dt.date(2017, 9, 25))
    assert (found["2017Q3"].starts_on, found["2017Q3"].ends_on) == (dt.date(2017, 6, 26), dt.date(2017, 9, 25))
    assert (found["2017"].starts_on, found["2017"].ends_on) == (dt.date(2016, 12, 26), dt.date(2017, 12, 25))


@given(st.sampled_from(list(MONTHS)), last_days, last_days, st.dates(dt.date(2014, 1, 1), dt.date(2017, 12, 31)))
def test_no_day_is_left_out_or_counted_twice(
    kind: str, before: int | None, after: int | None, changed: dt.date
) -> None:
    rules = [PeriodRule(kind=kind, last_day=before), PeriodRule(kind=kind, last_day=after, valid_from=changed)]
    found = periods(rules, FIRST, LAST)
    assert found[0].starts_on == FIRST
    assert all(later.starts_on == one.ends_on + dt.timedelta(days=1) for one, later in pairwise(found))
    assert max(Counter(period.period_id for period in found).values()) == 1
    assert all(period.starts_on <= period.ends_on for period in found)


def test_two_rules_of_a_kind_need_a_day_to_be_told_apart(write_city: Callable[..., City]) -> None:
    twice = CITY + '\n[[reporting_periods]]\nkind = "month"\n[[reporting_periods]]\nkind = "month"\nlast_day = 25\n'
    with pytest.raises(ProfileError, match="begin on the same day"):
        write_city(city=twice)


def test_a_period_ends_on_a_day_that_every_month_has(write_city: Callable[..., City]) -> None:
    with pytest.raises(ProfileError, match="must not be more than 28"):
        write_city(city=CITY + '\n[[reporting_periods]]\nkind = "month"\nlast_day = 30\n')
