"""A receiver of alerts on this machine: what a webhook would get, or how a broken one behaves."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Receiver:
    """`got` are the messages that came; `status` is the answer, None to give none until `leave` is set."""

    got: list[dict[str, Any]] = field(default_factory=list)
    status: int | None = 200
    leave: threading.Event = field(default_factory=threading.Event)
    port: int = 0

    @property
    def address(self) -> str:
        """Its address for CHENGGUAN_ALERTS, with a secret in it."""
        return f"json://user:S3cretWord@127.0.0.1:{self.port}/T0kenInPath"  # pragma: allowlist secret


@contextmanager
def receiver() -> Iterator[Receiver]:
    told = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if told.status is None:
                told.leave.wait(60)
                return
            told.got.append(json.loads(body))
            self.send_response(told.status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    told.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield told
    finally:
        told.leave.set()
        server.shutdown()
        server.server_close()
