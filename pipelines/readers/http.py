"""Polite requests over HTTP: bounded in time and size, tried again only where that may help, and never led to another host.

Belongs here: how an answer is fetched. What is asked and what an answer means stands with the reader that asks.
"""

import datetime as dt
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin, urlsplit

import requests
import stamina

from pipelines import __version__
from pipelines.errors import BusyError, InputError
from pipelines.readers.address import Address
from pipelines.readers.in_time import TimeIsUp, in_time

#: requests and not httpx: it is in the lock already, by way of Dagster, and knows the proxies and certificates of the machine.
USER_AGENT = f"chengguan-warehouse/{__version__} (nightly reader)"
CONNECT_SECONDS = 10
MAX_BYTES = 64 << 20
MAX_REDIRECTS = 3
#: A server that asks for a longer pause than this is left to the next try of the night.
MAX_PAUSE_SECONDS = 120.0
_LATER = (408, 425, 429, 500, 502, 503, 504)


@dataclass(frozen=True)
class Answer:
    """What a server said, decompressed. `asked` is the question as it may be shown."""

    status: int
    body: bytes
    content_type: str
    asked: str


class _Later(Exception):
    """What passes by itself; `pause` are the seconds that the server asks for."""

    def __init__(self, said: str, pause: float | None = None) -> None:
        super().__init__(said)
        self.pause = pause


@dataclass
class Client:
    """One server. `headers` and the parameters called `secret` are never shown; `attempts` counts the first one."""

    address: Address
    seconds: int
    attempts: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    def get(self, path: str, shown: Mapping[str, str], secret: Mapping[str, str] | None = None) -> Answer:
        """The server's answer to `<address>/<path>?…`, whatever its status, unless that passes by itself.

        Raises BusyError where the server is away, busy or silent after all attempts, InputError where it cannot be asked like this.
        """
        asked = f"{self.address.shown}{path}" + "".join(
            f"{'&' if at else '?'}{name}={value}" for at, (name, value) in enumerate(shown.items())
        )
        try:
            for attempt in stamina.retry_context(on=_pause, attempts=self.attempts, timeout=None):
                with attempt:
                    return self._once(path, {**shown, **(secret or {})}, asked)
        except _Later as error:
            raise BusyError(
                "接口暂时没有正常应答", f"the server gives no proper answer for now: {error}", file=self.address.scrub(asked),
                remedy_zh="稍后重试；夜间作业会自动重试，并从同一位置继续。一直如此时，核对 source.url 与代理设置",
                remedy_en="try again later; the night tries again from the same place. If it stays so, check source.url and the proxy's settings",
            ) from None  # fmt: skip
        raise AssertionError("retry_context always returns or raises")

    def _once(self, path: str, parameters: Mapping[str, str], asked: str) -> Answer:
        """One attempt, in at most `seconds` from the connection to the last byte: a server may send a byte a second for ever."""
        base, _, query = self.address.url.partition("?")
        url = f"{base}{path}" + (f"?{query}" if query else "")

        def produce(_: threading.Event) -> Iterator[Answer]:
            with requests.Session() as session:
                session.headers.update({"User-Agent": USER_AGENT, "Accept-Language": "*", **self.headers})
                yield self._follow(session, url, parameters, asked)

        try:
            return next(in_time(produce, self.seconds))
        except TimeIsUp:
            raise _Later(f"no whole answer in {self.seconds} seconds") from None
        except requests.exceptions.SSLError as error:
            raise self._cannot(asked, f"the certificate of the server is not accepted: {error}") from None
        except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError) as error:
            raise _Later(self.address.scrub(_plain(error))) from None
        except (requests.RequestException, ValueError) as error:
            raise self._cannot(asked, f"the address cannot be asked: {error}") from None

    def _follow(self, session: requests.Session, url: str, parameters: Mapping[str, str], asked: str) -> Answer:
        ask: Mapping[str, str] | None = parameters
        for _ in range(MAX_REDIRECTS + 1):
            with session.get(
                url, params=ask, timeout=(CONNECT_SECONDS, self.seconds), stream=True, allow_redirects=False
            ) as response:
                if response.status_code in _LATER:
                    raise _Later(f"HTTP {response.status_code}", _retry_after(response.headers.get("Retry-After")))
                if not response.is_redirect:
                    kind = response.headers.get("Content-Type", "")
                    return Answer(response.status_code, self._body(response, asked), kind, asked)
                target = urljoin(response.url, response.headers["Location"])
            if urlsplit(target)[:2] != urlsplit(url)[:2]:
                there = "://".join(urlsplit(target)[:2])
                raise self._cannot(asked, f"the server sends the reader on to {there}, which is another place")
            url, ask = target, None
        raise self._cannot(asked, "the server sends the reader on and on")

    def _body(self, response: requests.Response, asked: str) -> bytes:
        body = bytearray()
        for part in response.iter_content(1 << 16):
            body += part
            if len(body) > MAX_BYTES:
                raise self._cannot(
                    asked,
                    f"the answer is longer than {MAX_BYTES >> 20} MB; ask for shorter windows (source.window_days)",
                )
        return bytes(body)

    def _cannot(self, asked: str, said: str) -> InputError:
        return InputError(
            "接口不能这样访问", self.address.scrub(said), file=self.address.scrub(asked), key="source.url",
            remedy_zh="核对 source.url（协议 http/https、主机、路径）与 window_days", remedy_en="check source.url (http or https, host, path) and window_days",
        )  # fmt: skip


def _pause(error: Exception) -> bool | float:
    """Whether another attempt may help; the seconds to wait where the server says how long."""
    if not isinstance(error, _Later):
        return False
    if error.pause is None:
        return True
    return error.pause if error.pause <= MAX_PAUSE_SECONDS else False


def _retry_after(said: str | None) -> float | None:
    """The seconds of a Retry-After header, which is a number or a date."""
    if not said:
        return None
    if said.strip().isdigit():
        return float(said)
    try:
        moment = parsedate_to_datetime(said)
    except ValueError:
        return None
    return max(0.0, (moment.astimezone() - dt.datetime.now(dt.UTC)).total_seconds())


def _plain(error: Exception) -> str:
    """What happened, without the address that the libraries below put into their words."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror
        inner = [getattr(cause, "reason", None), *cause.args, cause.__cause__, cause.__context__]
        cause = next((one for one in inner if isinstance(one, BaseException)), None)
    return type(error).__name__
