"""A night of a city that is not in China: another clock, calendar and weekend, codes of any form, one feed, no Chinese names.

Its schedule is tested without a night, what the models make of its records with one.
"""

import datetime as dt
import json
from collections.abc import Callable
from itertools import takewhile
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg
import duckdb
import pytest
from dagster._utils.schedules import schedule_execution_time_iterator

from pipelines.city import City
from pipelines.orchestration.days import last_closed_day
from pipelines.orchestration.jobs import nightly_job, nightly_schedule
from pipelines.orchestration.partitions import daily
from pipelines.publish.report import pdf
from pipelines.settings import Settings
from tests.conftest import DEMOLITIONS
from tests.pipeline import reported
from tests.pipeline.nights import command, run_night

NEW_YORK = ZoneInfo("America/New_York")
DAY = dt.date(2017, 9, 25)
CITY = """
[city]
id = "newtown"
name_en = "Newtown"
region_code = "36-081"
time_zone = "America/New_York"
country = "US"
subdivision = "NY"
first_day = 2017-01-01

[[working_hours]]
valid_from = 2011-01-01
intervals = [["09:00", "17:00"]]

[definitions]
minimum_volume = 1
"""
CASES = """
feed = "platform_cases"
[source]
kind = "file"
files = ["cases/*.csv"]
[columns]
case_id = { from = ["Unique Key"] }
category = { const = "event" }
code_scheme = { const = "311" }
class_code = { from = ["Complaint Type"] }
channel = { from = ["Channel"], map = { "PHONE" = "phone", "ONLINE" = "web" } }
street_code = { from = ["Community Board"] }
unit_code = { from = ["Agency"] }
grid_code = { from = ["Block"] }
limit_value = { from = ["Limit"] }
limit_unit = { from = ["Unit"], map = { "hours" = "work_hours", "days" = "work_days", "clock" = "urgent_hours" } }
reported_at = { from = ["Created"], formats = ["%m/%d/%Y %H:%M:%S"] }
filed_at = { from = ["Created"], formats = ["%m/%d/%Y %H:%M:%S"] }
dispatched_at = { from = ["Created"], formats = ["%m/%d/%Y %H:%M:%S"] }
handled_at = { from = ["Closed"], formats = ["%m/%d/%Y %H:%M:%S"] }
closed_at = { from = ["Closed"], formats = ["%m/%d/%Y %H:%M:%S"] }
status = { from = ["Status"], map = { "Open" = "handling", "Closed" = "closed" } }
updated_at = { from = ["Updated"], formats = ["%m/%d/%Y %H:%M:%S"] }
"""
#: The clocks went forward in the night to 2017-03-12; 2017-07-04 is a holiday, the 23rd of September a Saturday.
RECORDS = """Unique Key,Complaint Type,Channel,Community Board,Block,Limit,Unit,Created,Closed,Status,Updated,Agency
1,Noise - Street,PHONE,11 QUEENS,4-0012/A,16,hours,03/10/2017 16:00:00,03/14/2017 15:59:00,Closed,03/14/2017 15:59:00,NYPD
2,Noise - Street,ONLINE,11 QUEENS,4-0012/A,8,hours,07/03/2017 16:00:00,07/06/2017 09:00:00,Closed,07/06/2017 09:00:00,NYPD
3,Dirty Sidewalk,PHONE,07 QUEENS,,2,days,07/03/2017 10:30:00,,Open,07/03/2017 10:30:00,NYPD
4,Dirty Sidewalk,PHONE,07 QUEENS,,24,clock,03/11/2017 12:00:00,,Open,03/11/2017 12:00:00,NYPD
5,Dirty Sidewalk,PHONE,07 QUEENS,,4,hours,09/25/2017 23:30:00,,Open,09/25/2017 23:30:00,NYPD
6,Dirty Sidewalk,PHONE,99 NOWHERE,,4,hours,09/25/2017 12:00:00,,Open,09/25/2017 12:00:00,DSNY
"""


def _write(cities: Path, inbox: Path) -> None:
    folder = cities / "newtown"
    for path, text in {
        folder / "city.toml": CITY,
        folder / "feeds/platform_cases.toml": CASES,
        folder
        / "reference/streets.csv": "street_code,name_en,kind,area_km2,population,valid_from,valid_to,is_illustrative\n"
        "11 QUEENS,Bayside,street,,,2011-01-01,,false\n07 QUEENS,Flushing,street,,,2011-01-01,,false\n",
        folder / "reference/grids.csv": "grid_code,street_code,area_m2,lon,lat,valid_from,valid_to,is_illustrative\n"
        "4-0012/A,11 QUEENS,,,,2011-01-01,,false\n",
        folder / "reference/event_classes.csv": "code_scheme,class_code,category,main_code,main_en,name_en\n"
        "311,Noise - Street,event,N,Noise,Noise\n311,Dirty Sidewalk,event,S,Sanitation,Dirty sidewalk\n",
        inbox / "cases/cases.csv": RECORDS,
    }.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home after one night of the city."""
    home = tmp_path_factory.mktemp("abroad")
    _write(home / "cities", home / "inbox")
    night = run_night(home, DAY, **_environment(home))
    assert night.code == 0, night.said
    return home


def _environment(home: Path) -> dict[str, str]:
    return {
        "CHENGGUAN_CITY": "newtown",
        "CHENGGUAN_CITIES": str(home / "cities"),
        "CHENGGUAN_INBOX": str(home / "inbox"),
    }


def _ask(home: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(home / "current/serving.duckdb"), read_only=True) as connection:
        return connection.execute(sql).fetchall()


@pytest.mark.slow
def test_deadlines_run_on_the_local_clock_and_calendar(home: Path) -> None:
    due = {case: at.isoformat(" ") for case, at in _ask(home, "select case_id, due_at from core.fct_platform_case")}
    assert due == {
        "1": "2017-03-14 16:00:00", "2": "2017-07-05 16:00:00", "3": "2017-07-06 10:30:00",
        "4": "2017-03-12 12:00:00", "5": "2017-09-26 13:00:00",
    }  # fmt: skip


@pytest.mark.slow
def test_codes_and_names_are_the_citys_own(home: Path) -> None:
    assert _ask(home, "select street_code, name_zh, name_en from core.dim_street order by 1")[:2] == [
        ("07 QUEENS", "Flushing", "Flushing"), ("11 QUEENS", "Bayside", "Bayside"),
    ]  # fmt: skip
    assert _ask(home, "select name_zh, region_code from core.dim_city") == [("Newtown", "36-081")]
    assert _ask(
        home, "select sum(closed), sum(closed_on_time) from marts.case_closure where street_code = '11 QUEENS'"
    ) == [(2, 1)]


@pytest.mark.slow
def test_codes_of_a_table_that_the_city_does_not_have_stand_for_themselves(home: Path) -> None:
    units = _ask(home, "select unit_code, name_en, handling_level from core.dim_department")
    assert units == [("NYPD", "NYPD", "other")]


@pytest.mark.slow
def test_a_record_of_a_place_that_the_city_does_not_have_is_in_quarantine(home: Path) -> None:
    told = json.loads(command(home, "quarantine", "list", "--json", **_environment(home)).stdout)
    assert [(row["row"], row["value"]) for row in told["rows"]] == [(7, "99 NOWHERE")]


@pytest.mark.slow
def test_marts_of_absent_feeds_are_empty_and_say_so(home: Path) -> None:
    told = dict(_ask(home, "select relation, why_en from meta.relations where is_empty and relation like 'marts.%'"))
    assert "this city has no feed: Hotline tickets (hotline_tickets)" in told["marts.hotline_service"]
    assert all(told.values())
    assert "marts.case_closure" not in told
    said = command(home, "status", **_environment(home)).stdout
    assert "hotline_service" in said and "this city has no feed" in said
    said = command(home, "metric", "hotline_received", **_environment(home)).stdout
    assert "本城市没有数据源" in said and "this city has no feed" in said


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_city_with_one_feed_has_an_annual_report(home: Path, lang: str) -> None:
    page, _ = reported.written(home, "--lang", lang, "--no-pdf", **_environment(home))
    said = "".join(page.text)
    assert {"en": "City management of Newtown", "zh": "Newtown城市管理部门"}[lang] in said
    assert {"en": "this city has no feed: Hotline tickets", "zh": "本城市没有数据源：热线工单"}[lang] in said
    assert {told["data-figure"]: told["data-value"] for told in page.figures}["platform_filed"] == "5"
    assert "marts.case_closure)" not in said and "marts.case_closure）" not in said


@pytest.mark.slow
@pytest.mark.skipif(pdf.why_not() is not None, reason="Pango or Chinese fonts are missing")
def test_the_annual_report_is_a_paper_with_its_fonts_and_vectors(home: Path) -> None:
    page, book = reported.written(home, **_environment(home))
    assert book.parent == home / "reports/2017"
    reported.check_paper(page, book.with_suffix(".pdf"))


@pytest.fixture
def city(settings: Settings, write_city: Callable[..., City]) -> City:
    return write_city(DEMOLITIONS, city=CITY.replace("newtown", "smalltown"))


@pytest.mark.parametrize(
    "day", ["2026-03-08", "2026-03-09", "2026-07-04", "2026-11-01", "2026-11-02"]
)  # the clocks go forward on the 8th of March and back on the 1st of November
def test_each_night_runs_once_at_two_on_the_citys_clock_for_the_day_before(city: City, day: str) -> None:
    @dg.asset(partitions_def=daily(city))
    def nothing() -> None: ...

    definitions = dg.Definitions(assets=[nothing], jobs=[nightly_job()])
    job = definitions.resolve_job_def("nightly")
    schedule = nightly_schedule(job)
    assert schedule.execution_timezone == "America/New_York"
    midnight = dt.datetime.combine(dt.date.fromisoformat(day), dt.time(), NEW_YORK)
    [tick] = _ticks(schedule, midnight)
    # On the day on which 02:00 does not come, the night runs at 03:00.
    assert tick.astimezone(NEW_YORK).hour == (3 if day == "2026-03-08" else 2)
    context = dg.build_schedule_context(scheduled_execution_time=tick, repository_def=definitions.get_repository_def())
    requests = schedule.evaluate_tick(context).run_requests
    assert requests is not None
    assert [request.partition_key for request in requests] == [str(midnight.date() - dt.timedelta(days=1))]


def _ticks(schedule: Any, midnight: dt.datetime) -> list[dt.datetime]:
    """When Dagster's daemon runs the schedule on the day that begins then."""
    ticks = schedule_execution_time_iterator(midnight.timestamp(), schedule.cron_schedule, schedule.execution_timezone)
    next_midnight = dt.datetime.combine(midnight.date() + dt.timedelta(days=1), dt.time(), NEW_YORK)
    return list(takewhile(lambda tick: tick < next_midnight, ticks))


def test_the_last_closed_day_is_the_citys_own(city: City) -> None:
    late_in_new_york = dt.datetime(2026, 7, 5, 3, 30, tzinfo=dt.UTC)
    assert last_closed_day(city, late_in_new_york) == dt.date(2026, 7, 3)
