"""Real answers of Open311 servers: San Francisco's requests of 2011, and a refusal that is not well-formed."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from pipelines.city import Open311Source
from pipelines.errors import InputError
from pipelines.readers.open311 import Server
from pipelines.settings import PROJECT_ROOT
from tests.open311_server import GeoReportServer, san_francisco_records

REAL = PROJECT_ROOT.parent / "shared/data/open311"
ZONE = ZoneInfo("America/Los_Angeles")
BETWEEN = dt.datetime(2011, 6, 25, tzinfo=ZONE), dt.datetime(2011, 7, 1, tzinfo=ZONE)

pytestmark = pytest.mark.skipif(
    not REAL.is_dir(), reason="the real public files are not beside this checkout (../shared/data)"
)


@pytest.mark.parametrize("form", ["json", "xml"])
@pytest.mark.parametrize("page_size", [100, None])
def test_the_requests_of_san_francisco_arrive_each_once(form: str, page_size: int | None) -> None:
    records = san_francisco_records(REAL / "sf_requests_2011.json")
    with GeoReportServer(records, cap=100, has_pages=page_size is not None) as server:
        source = Open311Source.model_validate(
            {"kind": "open311", "url": server.url, "format": form, "page_size": page_size}
        )
        (frame,) = Server(source, ZONE).window(*BETWEEN).chunks
    assert frame.height == frame["service_request_id"].n_unique() == len(records) == 500
    assert frame["expected_datetime"].null_count() == 178
    assert set(frame["lat"]) == {str(record["lat"]) for record in records}


def test_a_refusal_that_is_no_xml_is_said_plainly() -> None:
    with GeoReportServer([]) as server:
        server.trouble.append((403, {}, (REAL / "fixtures/codeforamerica_open311/403.xml").read_bytes()))
        source = Open311Source(kind="open311", url=server.url, format="xml")
        with pytest.raises(InputError) as caught:
            Server(source, ZONE).window(*BETWEEN)
    assert "Invalid api_key received" in caught.value.where["value"]


@pytest.mark.parametrize(
    ("name", "form", "requests"),
    [
        ("codeforamerica_open311/service_requests.xml", "xml", 2), ("codeforamerica_open311/service_requests_empty.xml", "xml", 0),
        ("bensheldon_open311status/requests_many.xml", "xml", None), ("bensheldon_open311status/service_requests.json", "json", None),
    ],
)  # fmt: skip
def test_answers_of_other_cities_are_understood(name: str, form: str, requests: int | None) -> None:
    body = (REAL / "fixtures" / name).read_bytes()
    with GeoReportServer([]) as server:
        server.trouble.append((200, {}, body))
        source = Open311Source.model_validate({"kind": "open311", "url": server.url, "format": form, "updated": True})
        extract = Server(source, ZONE).window(
            dt.datetime(2010, 1, 1, tzinfo=ZONE), dt.datetime(2020, 1, 1, tzinfo=ZONE)
        )
        found = sum(chunk["service_request_id"].is_not_null().sum() for chunk in extract.chunks)
    assert found == requests if requests is not None else found > 0
