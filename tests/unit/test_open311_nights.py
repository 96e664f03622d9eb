"""Nights of an Open311 server: a long first load goes on where it broke off, closings are seen later, what is known makes no new version."""

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
import stamina

from pipelines.city import City
from pipelines.errors import BusyError
from pipelines.landing.conservation import check_conservation
from pipelines.landing.ingest import FeedResult, ingest_feed
from pipelines.landing.store import read_connection
from pipelines.settings import Settings
from tests.conftest import CITY
from tests.open311_server import GeoReportServer, made_up_records

FIRST_DAY, NIGHT = dt.date(2017, 9, 1), dt.date(2017, 9, 25)
SHANGHAI = dt.timezone(dt.timedelta(hours=8))
TOWN = CITY.replace("2011-01-01", str(FIRST_DAY))
FEED = """
feed = "demolitions"
[source]
kind = "open311"
url = "{url}"
attempts = 1
{more}
[drift]
unknown_columns = "ignore"
[columns]
demolition_no = {{ from = ["service_request_id"] }}
building_case_no = {{ from = ["service_code"] }}
demolished_on = {{ from = ["requested_datetime"] }}
demolished_area_m2 = {{ from = ["zipcode"] }}
method = {{ from = ["status"], map = {{ "open" = "self", "closed" = "forced" }} }}
"""


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=1):
        yield


@pytest.fixture
def server() -> Iterator[GeoReportServer]:
    """One request a day at noon, from the city's first day on."""
    records = made_up_records(24, dt.datetime(2017, 9, 1, 12, tzinfo=SHANGHAI), dt.timedelta(days=1))
    with GeoReportServer(records) as made:
        yield made


@pytest.fixture
def night(settings: Settings, write_city: Callable[..., City], server: GeoReportServer) -> Callable[..., FeedResult]:
    """Runs a night; `more` are further keys of the source."""

    def run(as_of: dt.date = NIGHT, more: str = "reread_days = 14") -> FeedResult:
        return ingest_feed(
            settings, write_city(FEED.format(url=server.url, more=more), city=TOWN), "demolitions", as_of
        )

    return run


def windows(result: FeedResult) -> list[str]:
    """The days, on the city's clock, on which the windows of the result's batches begin."""
    begins = [dt.datetime.fromisoformat(batch.window_from or "") for batch in result.batches]
    return [str(moment.astimezone(SHANGHAI).date()) for moment in begins]


def test_the_first_load_begins_with_the_citys_first_day_and_each_window_is_a_batch(
    night: Callable[..., FeedResult], settings: Settings
) -> None:
    result = night()
    assert not result.problems
    assert windows(result) == ["2017-09-01", "2017-09-08", "2017-09-15", "2017-09-22"]
    assert result.total("rows_loaded") == 24
    assert check_conservation(settings) == []


def test_a_first_load_that_breaks_off_goes_on_where_it_was(
    night: Callable[..., FeedResult], server: GeoReportServer, settings: Settings
) -> None:
    def fails_at_the_third() -> None:
        if len(server.asked) == 3:
            server.trouble.append((503, {}, b""))

    server.before = fails_at_the_third
    broken = night()
    assert len(broken.batches) == 2 and isinstance(broken.problems[0], BusyError)
    asked = len(server.asked)
    resumed = night()
    assert windows(resumed) == ["2017-09-14", "2017-09-21"]  # an hour before the end of the last
    assert len(server.asked) - asked == 2
    with read_connection(settings) as connection:
        loaded = connection.execute("select count(*), count(distinct demolition_no) from raw.demolitions").fetchone()
    assert loaded == (24, 24) and check_conservation(settings) == []


def test_a_night_that_was_read_to_its_end_is_not_asked_for_again(
    night: Callable[..., FeedResult], server: GeoReportServer
) -> None:
    night()
    asked = len(server.asked)
    assert night().batches == [] and len(server.asked) == asked


def test_a_closing_in_the_past_is_seen_and_what_is_known_makes_no_new_version(
    night: Callable[..., FeedResult], server: GeoReportServer, settings: Settings
) -> None:
    night()
    closed = next(record for record in server.records if record["service_request_id"] == "20")
    closed |= {"status": "closed", "updated_datetime": "2017-09-26T09:00:00+08:00"}
    result = night(NIGHT + dt.timedelta(days=1))
    assert (result.total("rows_loaded"), result.total("rows_superseded")) == (1, 1)
    assert result.total("rows_skipped") > 0
    with read_connection(settings) as connection:
        sql = "select method from raw.demolitions where demolition_no = '20' and _superseded_by_seq is null"
        assert connection.execute(sql).fetchall() == [("forced",)]
    assert check_conservation(settings) == []


def test_updated_requests_are_asked_for_from_the_last_nights_end(
    night: Callable[..., FeedResult], server: GeoReportServer
) -> None:
    night(more="updated = true")
    asked = len(server.asked)
    server.records[-1] |= {"status": "closed", "updated_datetime": "2017-09-26T09:00:00+08:00"}
    result = night(NIGHT + dt.timedelta(days=1), more="updated = true")
    assert result.total("rows_loaded") == 1 and len(server.asked) - asked == 1


def test_a_refusal_leaves_no_trace_of_its_window(
    night: Callable[..., FeedResult], server: GeoReportServer, settings: Settings
) -> None:
    server.trouble.append((403, {}, b"<error>no</error"))
    assert len(night().problems) == 1
    assert list(settings.landing.rglob("*.parquet")) == []
