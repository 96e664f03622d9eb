"""The year that is reported, the day at which it and the one before are cut, and the small-cell rule."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import InputError
from pipelines.publish.report.small_cells import K, held_back
from pipelines.publish.report.year import report_year

FIRST = dt.date(2011, 1, 1)


def test_a_year_that_is_not_over_ends_with_the_day_of_the_release_and_so_does_the_one_before() -> None:
    year = report_year(2017, dt.date(2017, 9, 25), FIRST)
    assert (year.span.first, year.span.last, year.is_over) == (dt.date(2017, 1, 1), dt.date(2017, 9, 25), False)
    assert (year.before.first, year.before.last) == (dt.date(2016, 1, 1), dt.date(2016, 9, 25))


def test_a_year_that_is_over_is_whole() -> None:
    year = report_year(2016, dt.date(2017, 9, 25), FIRST)
    assert year.is_over and year.span.last == dt.date(2016, 12, 31) and year.before.last == dt.date(2015, 12, 31)
    assert report_year(2017, dt.date(2017, 12, 31), FIRST).is_over


def test_the_leap_day_is_compared_with_the_day_before_the_first_of_march() -> None:
    assert report_year(2016, dt.date(2016, 2, 29), FIRST).before.last == dt.date(2015, 2, 28)
    assert report_year(2017, dt.date(2017, 2, 28), FIRST).before.last == dt.date(2016, 2, 28)


@pytest.mark.parametrize(("year", "first"), [(2010, FIRST), (2018, FIRST), (2017, None)])
def test_a_year_without_records_is_refused_with_those_that_have_some(year: int, first: dt.date | None) -> None:
    with pytest.raises(InputError) as refused:
        report_year(year, dt.date(2017, 9, 25), first)
    assert ("2011–2017" in refused.value.remedy_en) == (first is not None)


def test_the_first_year_has_none_before_it() -> None:
    assert report_year(2011, dt.date(2017, 9, 25), FIRST).is_first
    assert not report_year(2012, dt.date(2017, 9, 25), FIRST).is_first


@given(st.lists(st.one_of(st.none(), st.integers(0, 40)), max_size=12))
def test_no_small_count_is_shown_nor_can_it_be_told_from_the_total(counts: list[int | None]) -> None:
    hidden = held_back(counts)
    shown = [count for count, is_hidden in zip(counts, hidden, strict=True) if not is_hidden]
    assert all(count is None or count == 0 or count >= K for count in shown)
    if sum(hidden) == 1:
        # The only one that there is: what it is, the total says anyway.
        assert sum(1 for count in counts if count) == 1
    if not any(count and count < K for count in counts):
        assert not any(hidden)
