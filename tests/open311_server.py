"""An Open311 GeoReport v2 server of this machine for tests: it gives records by windows and pages, and misbehaves when told to.

Belongs here: the server and the records that it gives; `san_francisco_records` reads the real ones, `made_up_records` makes some. Use it as a
context manager; `url` is what a profile's `source.url` says.
"""

import datetime as dt
import json
import time
from collections import deque
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

Record = dict[str, Any]
#: The server's own columns of the fixture, which GeoReport v2 does not have.
_NOT_OF_THE_STANDARD = ("city", "geo_point", "street")


def san_francisco_records(path: Path) -> list[Record]:
    """The real requests of San Francisco out of their fixture, times with the city's offset as the standard wants them."""
    zone = ZoneInfo("America/Los_Angeles")
    records = []
    for entry in json.loads(path.read_text(encoding="utf-8")):
        if entry["model"] == "dashboard.request":
            record = {name: value for name, value in entry["fields"].items() if name not in _NOT_OF_THE_STANDARD}
            for name, value in record.items():
                if name.endswith("_datetime") and value:
                    record[name] = dt.datetime.fromisoformat(value).replace(tzinfo=zone).isoformat()
            records.append(record)
    return records


def made_up_records(count: int, first: dt.datetime, step: dt.timedelta) -> list[Record]:
    """Requests at even distances, newest first as servers give them."""
    return [
        {
            "service_request_id": str(at), "status": "open", "service_code": "001", "service_name": "Pothole",
            "description": f"Hole <{at}> & more", "requested_datetime": (first + at * step).isoformat(),
            "updated_datetime": (first + at * step).isoformat(), "lat": 37.7750, "long": -122.41, "zipcode": 94110,
            "address": None, "extended_attributes": {"channel": "app", "tags": ["a", "b"]},
        }
        for at in reversed(range(count))
    ]  # fmt: skip


class GeoReportServer:
    """`cap` is the longest answer that the server gives, `has_pages` whether it knows `page`.

    `asked` are the parameters of every request so far. What `trouble` holds is done to the next requests, one each: a (status, headers,
    body) is answered, a function is called with the handler in place of an answer. `before` is called ahead of every answer.
    """

    def __init__(self, records: list[Record], *, cap: int = 1_000, has_pages: bool = False) -> None:
        self.records, self.cap, self.has_pages = records, cap, has_pages
        self.asked: list[dict[str, str]] = []
        self.headers: list[dict[str, str]] = []
        self.trouble: deque[tuple[int, dict[str, str], bytes] | Callable[[BaseHTTPRequestHandler], None]] = deque()
        self.before: Callable[[], None] = lambda: None
        self.ends = Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server._answer(self)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_port}/open311/v2"

    def __enter__(self) -> "GeoReportServer":
        Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.ends.set()
        self._http.shutdown()
        self._http.server_close()

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        path, query = urlsplit(handler.path).path, dict(parse_qsl(urlsplit(handler.path).query))
        self.asked.append(query)
        self.headers.append(dict(handler.headers.items()))
        self.before()
        if self.trouble:
            trouble = self.trouble.popleft()
            if callable(trouble):
                trouble(handler)
            else:
                send(handler, *trouble)
        elif path.endswith("/requests.json"):
            send(handler, 200, {"Content-Type": "application/json"}, json.dumps(self._found(query)).encode())
        elif path.endswith("/requests.xml"):
            send(handler, 200, {"Content-Type": "text/xml"}, to_xml(self._found(query)))
        else:
            send(handler, 404, {"Content-Type": "text/html"}, b"<html><body>Not here</body></html>")

    def _found(self, query: dict[str, str]) -> list[Record]:
        name = "updated" if "updated_after" in query else "requested"
        lower = query.get("updated_after") or query.get("start_date")
        upper = query.get("updated_before") or query.get("end_date")
        found = [
            record for record in self.records
            if (moment := record.get(f"{name}_datetime")) and (not lower or _moment(lower) <= _moment(moment))
            and (not upper or _moment(moment) <= _moment(upper))
        ]  # fmt: skip
        if self.has_pages:
            size = min(int(query.get("page_size", self.cap)), self.cap)
            first = (int(query.get("page", 1)) - 1) * size
            return found[first : first + size]
        return found[: self.cap]


def send(handler: BaseHTTPRequestHandler, status: int, headers: dict[str, str], body: bytes) -> None:
    """A whole answer."""
    handler.send_response(status)
    for name, value in {"Content-Length": str(len(body)), **headers}.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


def hang(server: GeoReportServer) -> Callable[[BaseHTTPRequestHandler], None]:
    """No answer at all until the test is over."""
    return lambda _: (server.ends.wait(30), None)[1]


def drip(server: GeoReportServer) -> Callable[[BaseHTTPRequestHandler], None]:
    """A byte every twentieth of a second, for ever: no pause is long enough for a time-out of the socket."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while not server.ends.is_set():
            try:
                handler.wfile.write(b" ")
                handler.wfile.flush()
            except OSError:
                return
            time.sleep(0.05)

    return answer


def break_off(handler: BaseHTTPRequestHandler) -> None:
    """The beginning of an answer whose end never comes."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'[{"service_request_id"')


def to_xml(records: list[Record]) -> bytes:
    """Records as the standard writes them in XML."""

    def element(name: str, value: Any) -> str:
        if isinstance(value, dict):
            return f"<{name}>{''.join(element(*pair) for pair in value.items())}</{name}>"
        if isinstance(value, list):
            return "".join(element(name, one) for one in value)
        return f"<{name}/>" if value is None else f"<{name}>{escape(str(value))}</{name}>"

    body = "".join(element("request", record) for record in records)
    return f'<?xml version="1.0" encoding="utf-8"?>\n<service_requests>{body}</service_requests>'.encode()


def _moment(said: str) -> dt.datetime:
    return dt.datetime.fromisoformat(said)
