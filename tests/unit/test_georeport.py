"""An answer of GeoReport v2 becomes flat records of text, the same out of JSON and XML; anything else is not understood."""

import pytest

from pipelines.readers.georeport import NotUnderstood, Refused, first_words, records_of


def test_numbers_and_nested_fields_stay_as_they_are_written() -> None:
    body = b'\xef\xbb\xbf[{"service_request_id": 7, "lat": 37.7700, "a": {"b": {"c": true}, "tags": ["x", 1.50]}, "note": "", "none": null}]'
    assert records_of(body, "json") == [
        {
            "service_request_id": "7",
            "lat": "37.7700",
            "a.b.c": "true",
            "a.tags": '["x", "1.50"]',
            "note": None,
            "none": None,
        }
    ]


def test_xml_gives_what_json_gives() -> None:
    xml = b"<service_requests xmlns='urn:x'><request><service_request_id>7</service_request_id><status_notes/><a><b>1</b><tags>x</tags><tags>y</tags></a></request></service_requests>"
    json = b'[{"service_request_id": "7", "status_notes": null, "a": {"b": 1, "tags": ["x", "y"]}}]'
    assert records_of(xml, "xml") == records_of(json, "json")


@pytest.mark.parametrize(
    ("body", "form"), [(b"[]", "json"), (b"<service_requests/>", "xml"), (b'{"service_requests": []}', "json")]
)
def test_no_request_is_an_answer_too(body: bytes, form: str) -> None:
    assert records_of(body, form) == []


@pytest.mark.parametrize(
    ("body", "form"),
    [
        (b"<html><body>Welcome</body></html>", "json"), (b"", "json"), (b'{"a": 1}', "json"), (b"[1]", "json"), (b"[" * 100_000, "json"),
        (b"\xff\xfe", "json"), (b"<service_requests><request>", "xml"), (b"<html/>", "xml"), (b"", "xml"),
        (b'<!DOCTYPE x [<!ENTITY a "aaaa">]><service_requests>&a;</service_requests>', "xml"),
    ],
)  # fmt: skip
def test_what_is_no_list_of_requests_is_not_understood(body: bytes, form: str) -> None:
    with pytest.raises(NotUnderstood):
        records_of(body, form)


@pytest.mark.parametrize(
    ("body", "form"),
    [
        (b'[{"code": 400, "description": "jurisdiction_id was not found"}]', "json"),
        (b'{"errors": [{"code": 400, "description": "jurisdiction_id was not found"}]}', "json"),
        (
            b"<errors><error><code>400</code><description>jurisdiction_id was not found</description></error></errors>",
            "xml",
        ),
    ],
)
def test_an_envelope_of_errors_says_what_the_server_said(body: bytes, form: str) -> None:
    with pytest.raises(Refused, match="400 jurisdiction_id was not found"):
        records_of(body, form)


def test_the_first_words_of_a_page_have_no_markup_and_nobodys_number() -> None:
    page = "<html><h1>Error</h1>\n call 13812345678 or mail ann@city.gov " + "word " * 100
    said = first_words(page.encode())
    assert said.startswith("Error call … or mail … word") and len(said) <= 120
