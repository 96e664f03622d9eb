"""An Open311 server is asked until nothing can be missing; whatever it does wrong is said plainly and in bounded time."""

import datetime as dt
from collections.abc import Iterator
from email.utils import format_datetime
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
import stamina

from pipelines.city import Open311Source
from pipelines.errors import BusyError, InputError
from pipelines.readers import http
from pipelines.readers.open311 import Server, windows
from tests.open311_server import GeoReportServer, break_off, drip, hang, made_up_records

ZONE = ZoneInfo("America/Los_Angeles")
FIRST = dt.datetime(2026, 3, 7, tzinfo=dt.UTC)
WEEK = (FIRST, FIRST + dt.timedelta(days=7))
HOUR = dt.timedelta(hours=1)
JSON = {"Content-Type": "application/json"}


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    """Tries again at once."""
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


@pytest.fixture
def server() -> Iterator[GeoReportServer]:
    with GeoReportServer(made_up_records(101, FIRST, HOUR), cap=1_000) as made:
        yield made


def read(server: GeoReportServer, between: tuple[dt.datetime, dt.datetime] = WEEK, **keys: Any) -> pl.DataFrame:
    source = Open311Source(kind="open311", url=server.url, **{"timeout_seconds": 5, **keys})
    extract = Server(source, ZONE).window(*between)
    return pl.concat(
        [
            pl.DataFrame(schema=dict.fromkeys(extract.header, pl.String)),
            *(c.select(extract.header) for c in extract.chunks),
        ]
    )


def ids(frame: pl.DataFrame) -> list[int]:
    return sorted(int(number) for number in frame["service_request_id"])


def test_json_and_xml_give_the_same_frame(server: GeoReportServer) -> None:
    as_json, as_xml = read(server), read(server, format="xml")
    assert as_json.equals(as_xml) and as_json.height == 101
    assert as_json.row(0, named=True)["extended_attributes.channel"] == "app"
    assert as_json.columns[:2] == ["service_request_id", "status"]


def test_the_question_says_jurisdiction_key_and_window_with_the_citys_offset(
    server: GeoReportServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SF_KEY", "k3y")
    read(
        server,
        jurisdiction_id="sfgov.org",
        api_key="${SF_KEY}",
        parameters={"status": "open,closed"},
        headers={"X-Key": "${SF_KEY}"},
    )
    assert server.asked[0] == {
        "jurisdiction_id": "sfgov.org", "api_key": "k3y", "status": "open,closed", "start_date": "2026-03-06T15:59:59-08:00",
        "end_date": "2026-03-13T17:00:00-07:00",
    }  # fmt: skip
    assert server.headers[0]["User-Agent"].startswith("chengguan-warehouse/") and server.headers[0]["X-Key"] == "k3y"


def test_updated_requests_are_asked_for_by_their_update(server: GeoReportServer) -> None:
    read(server, updated=True)
    assert {"updated_after", "updated_before"} <= server.asked[0].keys()


@pytest.mark.parametrize("cap", [1_000, 50, 25])
def test_an_answer_that_may_be_cut_off_is_asked_for_again_in_shorter_windows(cap: int) -> None:
    many = made_up_records(2_300 if cap == 1_000 else 130, FIRST, dt.timedelta(minutes=4))
    with GeoReportServer(many, cap=cap) as server:
        assert ids(read(server)) == list(range(len(many)))


def test_a_limit_that_no_window_is_short_enough_for_is_an_error_and_not_a_loss() -> None:
    with GeoReportServer(made_up_records(1_500, FIRST + HOUR, dt.timedelta()), cap=1_000) as server:
        with pytest.raises(InputError, match="at most 1000") as caught:
            read(server)
        assert "page_size" in caught.value.remedy_en
        server.has_pages = True
        assert ids(read(server, page_size=500)) == list(range(1_500))


@pytest.mark.parametrize("cap", [1_000, 30])
def test_pages_are_read_to_the_last_also_where_the_server_makes_them_smaller(cap: int) -> None:
    with GeoReportServer(made_up_records(100, FIRST, HOUR), cap=cap, has_pages=True) as server:
        assert ids(read(server, page_size=40)) == list(range(100))


def test_a_server_without_pages_is_not_asked_for_ever(server: GeoReportServer) -> None:
    server.records = server.records[:77]
    assert len(ids(read(server, page_size=50))) == 77
    assert len(server.asked) == 2


def test_requests_made_while_pages_are_read_are_neither_lost_nor_doubled() -> None:
    with GeoReportServer(made_up_records(100, FIRST, HOUR), has_pages=True) as server:

        def insert() -> None:
            if len(server.asked) in (2, 3):
                late = made_up_records(1, FIRST + dt.timedelta(days=5), HOUR)[0]
                server.records.insert(0, {**late, "service_request_id": str(1_000 + len(server.asked))})

        server.before = insert
        assert ids(read(server, page_size=20)) == [*range(100), 1_002, 1_003]


def test_a_request_that_is_taken_back_while_pages_are_read_takes_no_other_with_it() -> None:
    with GeoReportServer(made_up_records(100, FIRST, HOUR), has_pages=True) as server:
        server.before = lambda: server.records.pop(0) and None if len(server.asked) == 2 else None
        assert set(range(99)) <= set(ids(read(server, page_size=20)))


def test_a_list_that_never_stands_still_is_tried_another_time() -> None:
    with GeoReportServer(made_up_records(100, FIRST, HOUR), has_pages=True) as server:
        server.before = lambda: server.records and server.records.pop(0) and None
        with pytest.raises(BusyError, match="stand still"):
            read(server, page_size=10)


def test_no_request_at_all_is_an_answer(server: GeoReportServer) -> None:
    assert read(server, (WEEK[1], WEEK[1] + HOUR)).height == 0


def test_a_server_that_passes_over_the_dates_is_noticed(server: GeoReportServer) -> None:
    server.trouble.append((200, JSON, b'[{"service_request_id": "1", "requested_datetime": "2011-01-01T00:00:00Z"}]'))
    with pytest.raises(InputError, match="cannot be understood") as caught:
        read(server)
    assert "none of 1 requests" in caught.value.where["value"]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_passes_by_itself_is_tried_again(server: GeoReportServer, status: int) -> None:
    server.trouble.extend([(status, {}, b"later"), break_off])
    assert read(server).height == 101
    assert len(server.asked) == 3


def test_what_does_not_pass_in_all_attempts_is_left_to_the_nights_next_try(server: GeoReportServer) -> None:
    server.trouble.extend([(503, {}, b"")] * 3)
    with pytest.raises(BusyError, match="HTTP 503"):
        read(server, attempts=3)


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_a_pause_that_the_server_asks_for_is_kept(form: str) -> None:
    soon = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=40)
    pause = http._retry_after("40" if form == "seconds" else format_datetime(soon, usegmt=True))
    assert pause is not None and 35 < pause <= 40
    assert http._pause(http._Later("HTTP 429", pause)) == pause


def test_a_pause_beyond_reason_is_not_waited_for(server: GeoReportServer) -> None:
    server.trouble.append((429, {"Retry-After": "86400"}, b""))
    with pytest.raises(BusyError, match="429"):
        read(server)
    assert len(server.asked) == 1


@pytest.mark.parametrize("kind", ["hang", "drip"])
def test_a_server_that_never_finishes_is_given_up_in_time(
    server: GeoReportServer, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.readers.in_time.FAREWELL", 0.1)
    server.trouble.append(hang(server) if kind == "hang" else drip(server))
    with pytest.raises(BusyError, match=r"no whole answer in 1 seconds|timed out"):
        read(server, timeout_seconds=1, attempts=1)


def test_a_server_that_is_not_there_counts_as_away() -> None:
    with GeoReportServer([]) as server:
        pass
    with pytest.raises(BusyError, match="refused"):
        read(server)


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (401, b'[{"code": 401, "description": "no such key k3y-secret"}]', "no such key ***"),
        (403, b'<?xml version="1.0"?>\n<error>Invalid api_key received -- can\'t proceed.</error', "Invalid api_key"),
        (404, b"<html><title>Not found</title></html>", "Not found"),
        (400, b"call 13812345678", "call …"),
        (200, b"<html><body>Welcome to the city</body></html>", "Welcome to the city"),
        (200, b'[{"code": 400, "description": "jurisdiction_id is missing"}]', "jurisdiction_id is missing"),
        (200, b'[{"service_request_id": "1"', "not JSON"),
    ],
)
def test_a_refusal_is_said_with_address_status_and_first_words_but_without_the_key(
    server: GeoReportServer, monkeypatch: pytest.MonkeyPatch, status: int, body: bytes, words: str
) -> None:
    monkeypatch.setenv("SF_KEY", "k3y-secret")
    server.trouble.append((status, {}, body))
    with pytest.raises(InputError) as caught:
        read(server, api_key="${SF_KEY}")
    shown = caught.value.render()
    assert f"HTTP {status}" in shown and words in shown and f"{server.url}/requests.json?start_date=" in shown
    assert "k3y-secret" not in shown and caught.value.remedy_zh and caught.value.remedy_en
    assert len(server.asked) == 1


def test_the_reader_is_not_led_to_another_host(server: GeoReportServer) -> None:
    server.trouble.append((302, {"Location": "http://localhost:1/requests.json?api_key=x"}, b""))
    with pytest.raises(InputError, match="another place"):
        read(server)


def test_the_reader_follows_the_same_host(server: GeoReportServer) -> None:
    server.trouble.append((301, {"Location": "/open311/v2/requests.json?page=1"}, b""))
    assert read(server).height == 101


def test_an_answer_without_end_is_not_taken_in(server: GeoReportServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MAX_BYTES", 1 << 20)
    server.trouble.append((200, {}, b" " * (2 << 20)))
    with pytest.raises(InputError, match="longer than"):
        read(server)


def test_windows_follow_each_other_to_the_end() -> None:
    found = list(windows(FIRST, FIRST + dt.timedelta(days=10), 4))
    assert [upper for _, upper in found[:-1]] == [lower for lower, _ in found[1:]]
    assert (found[0][0], found[-1][1], len(found)) == (FIRST, FIRST + dt.timedelta(days=10), 3)
