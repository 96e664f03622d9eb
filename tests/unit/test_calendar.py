"""The calendar of a city: of its country, its weekend and its own days; and its office hours on the local clock."""

import datetime as dt
from collections.abc import Callable

import chinese_calendar
import pytest

from pipelines.city import City
from pipelines.errors import ProfileError
from pipelines.landing.calendar import calendar, working_hours
from pipelines.settings import Settings
from tests.conftest import CITY, DEMOLITIONS

Write = Callable[..., City]


def _city(write_city: Write, facts: str, hours: str = "") -> City:
    zone = "" if "time_zone" in facts else 'time_zone = "Etc/UTC"'
    return write_city(DEMOLITIONS, city=f"{CITY}{facts}\n{zone}\n{hours}")


def _days(city: City) -> dict[str, tuple[bool, str | None]]:
    return {day.isoformat(): (works, name) for day, works, name in calendar(city).iter_rows()}


def _own_days(settings: Settings, *lines: str) -> None:
    folder = settings.city_dir / "reference"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "holidays.csv").write_text("\n".join(("day,name,is_workday", *lines)), encoding="utf-8")


def test_china_has_the_days_of_the_state_councils_notices(write_city: Write) -> None:
    days = _days(_city(write_city, ""))
    known = {day: works for day, (works, _) in days.items() if day < "2027"}
    assert len(known) == 17 * 365 + 4
    assert known == {day: chinese_calendar.is_workday(dt.date.fromisoformat(day)) for day in known}
    assert days["2017-09-30"] == (True, "National Day"), "a Saturday on which the holiday was made up for"


def test_a_chinese_year_without_a_notice_has_the_statutory_holidays(write_city: Write) -> None:
    days = _days(_city(write_city, ""))
    assert [days[day][0] for day in ("2027-10-01", "2027-10-08", "2027-10-09")] == [False, True, False]


@pytest.mark.parametrize(
    ("day", "name"),
    [("2017-07-04", "Independence Day"), ("2017-11-23", "Thanksgiving Day"), ("2021-07-05", "Independence Day (observed)"),
     ("2017-02-13", "Lincoln's Birthday (observed)")],
)  # fmt: skip
def test_another_country_has_its_own_holidays(write_city: Write, day: str, name: str) -> None:
    days = _days(_city(write_city, 'country = "US"\nsubdivision = "NY"'))
    assert days[day] == (False, name)
    assert days["2017-10-02"] == (True, None), "a holiday in China only"
    assert days["2017-09-30"][0] is False


def test_names_of_holidays_do_not_depend_on_whose_terminal_it_is(
    write_city: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANGUAGE", "ar")
    assert _days(_city(write_city, 'country = "AE"'))["2017-12-03"][1] == "National Day"


def test_the_weekend_is_the_countrys_of_the_time(write_city: Write) -> None:
    days = _days(_city(write_city, 'country = "AE"'))
    friday, sunday = "2019-01-04", "2019-01-06"
    assert (days[friday][0], days[sunday][0]) == (False, True)
    assert (days["2024-01-05"][0], days["2024-01-07"][0]) == (True, False), "since 2022"


def test_a_city_can_have_another_weekend(write_city: Write) -> None:
    days = _days(_city(write_city, 'country = "US"\nweekend = ["friday", "saturday"]'))
    assert [days[f"2017-09-{n}"][0] for n in (21, 22, 23, 24)] == [True, False, False, True]
    assert days["2017-07-04"][0] is False


def test_a_citys_own_days_stand_above_its_countrys(write_city: Write, settings: Settings) -> None:
    city = _city(write_city, "")
    _own_days(settings, "2027-02-13,Spring Festival,true", "2017-09-26,城庆,false", "2017-10-02,,true")
    days = _days(city)
    assert days["2027-02-13"] == (True, "Spring Festival"), "a Saturday"
    assert days["2017-09-26"] == (False, "城庆")
    assert days["2017-10-02"] == (True, None)


@pytest.mark.parametrize(
    ("line", "column"),
    [("2017-02-30,x,false", "day"), ("2017-03-01,x,", "is_workday"), ("2017-03-01,x,maybe", "is_workday"),
     ("1999-01-01,x,false", "day"), ("2017-01-01,again,true", "day")],
)  # fmt: skip
def test_a_slip_among_a_citys_own_days_is_named(write_city: Write, settings: Settings, line: str, column: str) -> None:
    city = _city(write_city, "")
    _own_days(settings, "2017-01-01,New Year,false", line)
    with pytest.raises(ProfileError) as error:
        calendar(city)
    assert (error.value.where["row"], error.value.where["column"]) == ("3", column)
    assert error.value.where["file"].endswith("holidays.csv")


def test_the_calendar_begins_with_the_year_of_a_citys_first_day(write_city: Write) -> None:
    city = write_city(DEMOLITIONS, city=CITY.replace("2011-01-01", "2006-05-01"))
    assert min(_days(city)) == "2006-01-01"


@pytest.mark.parametrize(
    ("facts", "key", "said"),
    [('country = "USA"', "city.country", "such as"), ('country = "us"', "city.country", "US"),
     ('country = "US"\nsubdivision = "QUEENS"', "city", "no subdivision 'QUEENS' of US; known: AK"),
     ('subdivision = "XJ"', "city", "known: none"), ('weekend = ["Friday"]', "city.weekend.0", "'friday'")],
)  # fmt: skip
def test_a_slip_in_the_facts_is_answered_with_what_is_known(write_city: Write, facts: str, key: str, said: str) -> None:
    with pytest.raises(ProfileError) as error:
        _city(write_city, facts)
    assert error.value.where["key"] == key
    assert said in error.value.en


def test_a_city_abroad_must_say_its_time_zone(write_city: Write) -> None:
    with pytest.raises(ProfileError, match="a city in US needs its time_zone"):
        write_city(DEMOLITIONS, city=CITY + 'country = "US"')


def test_office_hours_stay_what_they_are_when_clocks_are_changed(write_city: Write) -> None:
    """New York sets its clocks forward on 2017-03-12 and back on 2017-11-05, both at 02:00, both Sundays."""
    hours = '[[working_hours]]\nvalid_from = 2011-01-01\nintervals = [["00:00", "04:00"], ["09:00", "17:00"]]'
    facts = 'country = "US"\ntime_zone = "America/New_York"\nweekend = ["monday"]'
    city = _city(write_city, facts, hours)
    for sunday in (dt.date(2017, 3, 12), dt.date(2017, 11, 5)):
        rows = [row for row in working_hours(city, calendar(city)).iter_rows() if row[0] == sunday]
        assert [(end - start) / dt.timedelta(hours=1) for _, start, end in rows] == [4, 8]
