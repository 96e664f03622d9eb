"""Windows follow each other without a gap, and none ends where its source may still write."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.city import DatabaseSource
from pipelines.errors import ProfileError
from pipelines.readers.sql import windows
from pipelines.readers.sql.windows import Cursor, Night, Window, next_window

SHANGHAI, SAN_FRANCISCO = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/Los_Angeles")
LONG_AGO, TODAY = dt.date(2017, 9, 25), dt.date(2030, 1, 1)


def source(**changes: Any) -> DatabaseSource:
    return DatabaseSource(kind="database", url="sqlite:///x", query="select 1", cursor="at", **changes)


def window(kind: Cursor, night: Night, clock: dt.datetime, highest: int | None = None, **changes: Any) -> Window:
    found = next_window(source(**changes), kind, night, clock, highest)
    assert found is not None
    return found


def test_a_past_night_ends_with_its_day_on_the_citys_clock() -> None:
    clock = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    assert window(Cursor.MOMENT, Night(LONG_AGO, SHANGHAI), clock).window_to == "2017-09-26 00:00:00"
    assert window(Cursor.INSTANT, Night(LONG_AGO, SHANGHAI), clock).window_to == "2017-09-25 16:00:00+00:00"


def test_what_is_younger_than_it_takes_to_settle_waits_by_the_sources_clock() -> None:
    slow_clock = dt.datetime(2020, 5, 5, 12, 0, 0, 999_999, dt.UTC)
    assert window(Cursor.INSTANT, Night(TODAY, SHANGHAI), slow_clock, settle_seconds=60).window_to == (
        "2020-05-05 11:59:00+00:00"
    )


def test_a_day_is_read_when_it_is_over() -> None:
    clock = dt.datetime(2020, 5, 5, 12, 0)
    assert window(Cursor.DAY, Night(TODAY, SHANGHAI), clock).window_to == "2020-05-05"


def test_an_overlap_goes_back_from_the_last_end() -> None:
    night = Night(LONG_AGO, SHANGHAI, "2017-09-25 00:00:00")
    found = window(Cursor.MOMENT, night, dt.datetime(2026, 1, 1), overlap_seconds=3_600)
    assert (found.window_from, found.lower) == ("2017-09-24 23:00:00", dt.datetime(2017, 9, 24, 23))


def test_an_hour_that_comes_twice_is_left_until_it_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    class Clock(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> "Clock":
            return cls(2026, 11, 1, 1, 30, tzinfo=tz)

    monkeypatch.setattr(windows.dt, "datetime", Clock)
    found = window(Cursor.MOMENT, Night(TODAY, SAN_FRANCISCO), Clock(2026, 11, 1, 1, 30), settle_seconds=0)
    assert found.window_to == "2026-11-01 00:30:00"


def test_numbers_are_compared_as_numbers() -> None:
    found = window(Cursor.NUMBER, Night(LONG_AGO, SHANGHAI, "9"), dt.datetime(2026, 1, 1), highest=10)
    assert (found.lower, found.upper) == (9, 11)


@pytest.mark.parametrize(
    ("kind", "last"),
    [(Cursor.NUMBER, "2017-09-25 00:00:00"), (Cursor.MOMENT, "17"), (Cursor.INSTANT, "2017-09-25 00:00:00")],
)
def test_a_cursor_of_another_kind_than_last_time_is_named(kind: Cursor, last: str) -> None:
    with pytest.raises(ProfileError, match="does not fit"):
        next_window(source(), kind, Night(LONG_AGO, SHANGHAI, last), dt.datetime(2026, 1, 1), 20)


def test_an_overlap_of_numbers_is_refused() -> None:
    with pytest.raises(ProfileError, match="overlap_seconds"):
        next_window(source(overlap_seconds=1), Cursor.NUMBER, Night(LONG_AGO, SHANGHAI), dt.datetime(2026, 1, 1), 20)


@given(
    st.lists(st.datetimes(dt.datetime(2011, 1, 1), dt.datetime(2024, 1, 1)), min_size=2, max_size=8),
    st.sampled_from([Cursor.MOMENT, Cursor.INSTANT, Cursor.DAY, Cursor.TEXT]),
    st.integers(0, 86_400),
)
def test_windows_that_follow_each_other_leave_no_gap_and_never_go_back(
    clocks: list[dt.datetime], kind: Cursor, settle: int
) -> None:
    last: str | None = None
    for clock in clocks:
        night = Night(TODAY, SHANGHAI, last)
        found = next_window(source(settle_seconds=settle), kind, night, clock.replace(tzinfo=dt.UTC))
        if found is not None:
            assert found.window_from == last
            assert last is None or found.window_to > last
            last = found.window_to
