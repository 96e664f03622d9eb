"""Answers of Open311 GeoReport v2 as flat records of text, out of JSON and out of XML alike.

Belongs here: what an answer's body means. How it is asked for stands in `open311`. Source: the GeoReport v2 specification (wiki.open311.org).
"""

import json
import re
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

import defusedxml.ElementTree
from defusedxml.common import DefusedXmlException

Record = dict[str, str | None]

KEY = "service_request_id"
#: The fields of a service request, in the order of the specification.
FIELDS = (
    KEY, "status", "status_notes", "service_name", "service_code", "description", "agency_responsible", "service_notice",
    "requested_datetime", "updated_datetime", "expected_datetime", "address", "address_id", "zipcode", "lat", "long", "media_url",
)  # fmt: skip


class NotUnderstood(Exception):
    """The body is not what it should be."""


class Refused(Exception):
    """The body says what went wrong, in the standard's envelope of errors."""


def records_of(body: bytes, form: str) -> list[Record]:
    """The service requests of an answer, each a flat record: nested fields by their way (`extended_attributes.channel`), lists as JSON.

    Raises NotUnderstood where the body is not JSON or XML or holds something else, Refused where it is an envelope of errors.
    """
    return _of_json(body) if form == "json" else _of_xml(body)


def first_words(body: bytes) -> str:
    """The beginning of a body for a message: one line, no markup, no long numbers or addresses that may be a person's."""
    text = re.sub(r"<[^>]*>", " ", body[:4_000].decode("utf-8", "replace"))
    text = re.sub(r"\S+@\S+|\d[\d \-]{5,}\d", "…", text)
    text = " ".join(text.split())
    return text if len(text) <= 120 else text[:117] + "…"


def _of_json(body: bytes) -> list[Record]:
    try:
        # Numbers stay as they are written: a coordinate is not rounded on its way.
        said = json.loads(body.decode("utf-8-sig"), parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise NotUnderstood(f"not JSON: {error}") from None
    if isinstance(said, dict):
        if errors := said.get("errors") or said.get("error"):
            raise Refused(_errors(errors if isinstance(errors, list) else [errors]))
        said = said.get("service_requests", said.get("requests", said))
    if not isinstance(said, list) or not all(isinstance(one, dict) for one in said):
        raise NotUnderstood("not a list of service requests")
    if said and all("code" in one and KEY not in one for one in said):
        raise Refused(_errors(said))
    return [dict(_flat(one)) for one in said]


def _errors(errors: list[Any]) -> str:
    said = (
        f"{one.get('code', '')} {one.get('description', '')}" if isinstance(one, dict) else str(one) for one in errors
    )
    return "; ".join(" ".join(one.split()) for one in said)[:200]


def _flat(value: dict[str, Any], way: str = "") -> Iterator[tuple[str, str | None]]:
    for name, inner in value.items():
        if isinstance(inner, dict) and inner:
            yield from _flat(inner, f"{way}{name}.")
        else:
            yield f"{way}{name}", _text(inner)


def _text(value: Any) -> str | None:
    if value is None or value in ("", [], {}):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _of_xml(body: bytes) -> list[Record]:
    try:
        root = defusedxml.ElementTree.fromstring(body)
    except (defusedxml.ElementTree.ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise NotUnderstood(f"not well-formed XML: {error}") from None
    if _name(root) in ("errors", "error"):
        raise Refused(" ".join(" ".join(root.itertext()).split())[:200])
    if _name(root) not in ("service_requests", "requests"):
        raise NotUnderstood(f"the root element is <{_name(root)[:40]}>, not <service_requests>")
    try:
        return [_text_of_children(one) for one in root]
    except RecursionError:
        raise NotUnderstood("it is nested too deeply") from None


def _text_of_children(request: Element) -> Record:
    return dict(_flat(_nested(request))) if len(request) else {}


def _nested(element: Element) -> dict[str, Any]:
    """Children by name; those of one name together are a list, as they are in JSON."""
    found: dict[str, list[Any]] = {}
    for child in element:
        found.setdefault(_name(child), []).append(_nested(child) if len(child) else (child.text or "").strip())
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
