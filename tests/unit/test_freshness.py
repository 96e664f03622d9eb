"""When a feed is late: by its rhythm, its newest record and the day."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from pipelines.city import City, Freshness
from pipelines.errors import ProfileError
from pipelines.landing.standing import Standing, standing_of
from pipelines.landing.store import write_connection
from pipelines.settings import Settings
from tests.conftest import DEMOLITIONS

DATABASE = DEMOLITIONS.replace(
    'kind = "file"\nfiles = ["demolitions/*"]\nheader_rows = [1]\nskip_rows_matching = ["合计"]',
    'kind = "database"\nurl = "sqlite:///{inbox}/x.sqlite"\nquery = "select 1"\ncursor = "at"',
)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("every", "newest", "expected"),
    [
        ("day", "2017-09-25", "2017-09-26"),
        ("week", "2017-09-25", "2017-10-02"),
        (10, "2017-09-25", "2017-10-05"),
        ("month", "2017-09-01", "2017-10-31"),
        ("month", "2017-09-30", "2017-10-31"),
        ("month", "2015-12-31", "2016-01-31"),
        ("month", "2016-01-15", "2016-02-29"),
        ("month", "2017-11-02", "2017-12-31"),
        ("quarter", "2017-09-25", "2017-12-31"),
        ("quarter", "2017-10-01", "2018-03-31"),
        ("half_year", "2017-09-25", "2018-06-30"),
        ("half_year", "2017-06-30", "2017-12-31"),
        ("year", "2017-01-01", "2018-12-31"),
    ],
)
def test_the_next_records_are_expected_by_the_end_of_the_next_part_of_the_calendar(
    every: Any, newest: str, expected: str
) -> None:
    assert Freshness(every=every).expected_on(day(newest)) == day(expected)


@pytest.mark.parametrize(
    ("on", "state", "days_late"),
    [
        ("2017-10-31", "fresh", 0),
        ("2017-11-10", "fresh", 10),
        ("2017-11-11", "late", 11),
        ("2017-11-25", "late", 25),
        ("2017-11-26", "missing", 26),
    ],
)
def test_a_feed_is_late_and_then_missing(on: str, state: str, days_late: int) -> None:
    judgement = Freshness(every="month", warn_after_days=10, fail_after_days=25).judge(day("2017-09-13"), day(on))
    assert (judgement.state, judgement.days_late) == (state, days_late)


def test_without_a_day_to_fail_after_a_late_feed_stays_late() -> None:
    assert Freshness(every="day").judge(day("2011-01-01"), day("2017-09-25")).state == "late"


def test_a_feed_without_any_record_is_not_fresh() -> None:
    judgement = Freshness(every="year").judge(None, day("2017-09-25"))
    assert (judgement.state, judgement.is_fresh, judgement.days_late) == ("never", False, None)


def test_a_record_of_a_later_day_does_not_put_off_the_next(write_city: Callable[..., City]) -> None:
    judgement = Freshness(every="day").judge(day("2099-01-01"), day("2017-09-25"))
    assert judgement.expected_on == day("2017-09-26")


def test_a_database_is_expected_daily_and_files_in_no_rhythm_unless_the_profile_says(
    write_city: Callable[..., City],
) -> None:
    assert write_city(DEMOLITIONS).feeds["demolitions"].rhythm is None
    assert write_city(DATABASE).feeds["demolitions"].rhythm == Freshness(
        every="day", warn_after_days=2, fail_after_days=7
    )
    monthly = write_city(DATABASE + '[freshness]\nevery = "month"\n').feeds["demolitions"].rhythm
    assert monthly == Freshness(every="month")


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('every = "fortnight"', "freshness.every"),
        ("every = 0", "freshness.every"),
        ('every = "month"\nwarn_after_days = 9\nfail_after_days = 8', "fail_after_days is not less than"),
        ('every = "month"\nlate_after = 3', "no key late_after here"),
        ("warn_after_days = 3", "freshness.every"),
    ],
)
def test_a_wrong_rhythm_is_refused_by_name(write_city: Callable[..., City], table: str, said: str) -> None:
    wrong = DEMOLITIONS + f"[freshness]\n{table}\n"
    try:
        city = write_city(wrong)
    except ProfileError as problem:
        found = problem
    else:
        found = city.broken["demolitions"]
    assert said in found.render()


def test_a_feeds_newest_record_is_the_newest_that_was_known_that_night(settings: Settings) -> None:
    with write_connection(settings) as connection:
        for seq, (night, last) in enumerate(
            [
                ("2017-09-20", "2017-09-18"),
                ("2017-09-21", None),
                ("2017-09-22", "2017-08-01"),
                ("2017-09-25", "2017-09-30"),
            ]
        ):
            connection.execute(
                """insert into ops.ledger by name select $seq::varchar as batch_id, $seq as batch_seq, 'demolitions' as feed,
                   'a' as source, 'file' as source_kind, '' as content_sha256, 1 as rows_read, 0 as rows_skipped, 1 as rows_loaded,
                   0 as rows_quarantined, 0 as rows_superseded, $night::date as loaded_for_on, now()::timestamp as loaded_at_utc,
                   $last::date as last_record_on, $night::date as horizon_on, '' as code_version, 0 as seconds, 'x' as city""",
                {"seq": seq, "night": night, "last": last},
            )
        assert standing_of(connection, "demolitions", day("2017-09-19")) == Standing(None, None)
        assert standing_of(connection, "demolitions", day("2017-09-24")) == Standing(
            day("2017-09-18"), day("2017-09-22")
        )
        assert standing_of(connection, "demolitions", day("2017-09-26")) == Standing(
            day("2017-09-26"), day("2017-09-25")
        )
