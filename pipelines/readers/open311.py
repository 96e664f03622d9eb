"""Open311 GeoReport v2: service requests read over HTTP, window by window and page by page, so that none is left out.

Belongs here: what is asked, and when an answer may be taken for whole. The standard gives "90 days or the first 1000 requests", and many
servers less, without saying that there is more; and requests are made while pages are turned.
"""

import datetime as dt
from collections.abc import Iterator
from itertools import chain, count
from zoneinfo import ZoneInfo

import polars as pl

from pipelines.city import Open311Source
from pipelines.errors import BusyError, ChengguanError, InputError
from pipelines.readers.address import fill_in, web_address
from pipelines.readers.base import ROW, SHEET, UNREADABLE, Extract, join_header
from pipelines.readers.georeport import FIELDS, KEY, NotUnderstood, Record, Refused, first_words, records_of
from pipelines.readers.http import Answer, Client

#: The standard's limit of one answer.
LIMIT = 1_000
#: The shortest window that is asked for; times have whole seconds.
INSTANT = dt.timedelta(seconds=1)
#: How often a list that changes while its pages are turned is read again.
PASSES = 5
#: A server that takes dates for days, or on another clock, is still right within this.
TOLERANCE = dt.timedelta(days=2)


class Server:
    """One server of a profile. Raises ProfileError where an environment variable is not set or the address is none."""

    def __init__(self, source: Open311Source, zone: ZoneInfo) -> None:
        self._source, self._zone = source, zone
        key = fill_in(source.api_key, "source.api_key") if source.api_key else ""
        headers = {name: fill_in(value, "source.headers") for name, value in source.headers.items()}
        self.address = web_address(source.url, "source.url", (key, *headers.values()))
        self._client = Client(self.address, source.timeout_seconds, source.attempts, headers)
        self._fixed = {"jurisdiction_id": source.jurisdiction_id} if source.jurisdiction_id else {}
        self._secret = {**source.parameters, **({"api_key": key} if key else {})}
        #: What this server has shown of its limits: the longest answer so far, and whether it keeps to the size of pages that it is asked for.
        self._longest = 0
        self._gives_full_pages = False

    def window(self, lower: dt.datetime, upper: dt.datetime) -> Extract:
        """The requests made (or, with `updated`, changed) between two instants, each once.

        Raises InputError where the server refuses or says what cannot be understood, BusyError where it is away or busy.
        """
        records = list(self._collect(lower, upper).values())
        names = list(dict.fromkeys(chain(FIELDS, *records)))
        header = join_header([[*names]])
        frame = pl.DataFrame(
            {shown: [record.get(name) for record in records] for name, shown in zip(names, header, strict=True)},
            schema=dict.fromkeys(header, pl.String),
        ).with_columns(
            pl.lit(None, dtype=pl.String).alias(SHEET),
            pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias(ROW),
            pl.lit(None, dtype=pl.String).alias(UNREADABLE),
        )
        chunks = iter([frame.select(SHEET, ROW, UNREADABLE, *header)] if records else [])
        return Extract(source=self.address.shown, header=header, chunks=chunks)

    def _collect(self, lower: dt.datetime, upper: dt.datetime) -> dict[str, Record]:
        """The records of a window by their key; halved where the answer may have been cut off."""
        records, is_whole = self._paged(lower, upper) if self._source.page_size else self._unpaged(lower, upper)
        if is_whole:
            return records
        if upper - lower <= INSTANT:
            raise InputError(
                f"接口一次最多给出 {len(records)} 条，时间段已无法再分", f"the server gives at most {len(records)} requests in one answer, "
                "and the window cannot be made shorter", file=self.address.shown, key="source.page_size", value=_iso(lower),
                remedy_zh="在配置中设置 source.page_size，让读取器按页读取；接口忽略起止时间时，请联系接口单位",
                remedy_en="set source.page_size in the profile, so that pages are read; ask the server's owner if it ignores start_date and end_date",
            )  # fmt: skip
        middle = lower + (upper - lower) // 2
        middle = max(middle.replace(microsecond=0), lower + INSTANT)
        return records | self._collect(lower, middle) | self._collect(middle, upper)

    def _unpaged(self, lower: dt.datetime, upper: dt.datetime) -> tuple[dict[str, Record], bool]:
        found = self._ask(lower, upper)
        return _by_key(found), not self._may_be_cut(len(found))

    def _paged(self, lower: dt.datetime, upper: dt.datetime) -> tuple[dict[str, Record], bool]:
        """All pages, read again until two readings have the same requests: what is added or taken back in front moves others across pages."""
        records: dict[str, Record] = {}
        before: set[str] | None = None
        for _ in range(PASSES):
            pages = list(self._pages(lower, upper))
            seen = {key for page in pages for key in page}
            records |= {key: record for page in pages for key, record in page.items()}
            if len(pages) == 2 and pages[0].keys() == pages[1].keys():
                # Asked for the second page, it gives the first again: it has no pages.
                return records, not self._may_be_cut(len(pages[0]))
            # One answer is one state of the list; more than one may be of two.
            if len(pages) <= 1 or seen == before:
                return records, True
            before = seen
        raise BusyError(
            "翻页期间接口的清单一直在变", "the server's list does not stand still while its pages are read", file=self.address.shown,
            remedy_zh="稍后重试；或缩短 source.window_days", remedy_en="try again later, or make source.window_days shorter",
        )  # fmt: skip

    def _pages(self, lower: dt.datetime, upper: dt.datetime) -> Iterator[dict[str, Record]]:
        """One reading of the pages, to the first that brings nothing new. A server may make them smaller than it is asked to."""
        seen: set[str] = set()
        for number in count(1):
            answer = self._ask(lower, upper, number)
            page = _by_key(answer)
            if page:
                yield page
            if not page.keys() - seen:
                return
            seen |= page.keys()
            if len(answer) >= (self._source.page_size or 0):
                self._gives_full_pages = True
            elif self._gives_full_pages:
                return

    def _may_be_cut(self, length: int) -> bool:
        """Whether an answer of this length may be the server's limit: the standard's, or a round number that no answer has passed."""
        is_longest = length >= self._longest
        self._longest = max(self._longest, length)
        return length >= LIMIT or (is_longest and length >= 20 and (length % 10 == 0 or length % 25 == 0))

    def _ask(self, lower: dt.datetime, upper: dt.datetime, page: int | None = None) -> list[Record]:
        what = ("updated_after", "updated_before") if self._source.updated else ("start_date", "end_date")
        # A second earlier: whether a server counts a bound in or out, what lies on it is asked for once at least.
        shown = {**self._fixed, what[0]: self._said(lower - INSTANT), what[1]: self._said(upper)}
        if page is not None:
            shown |= {"page": str(page), "page_size": str(self._source.page_size)}
        answer = self._client.get(f"/requests.{self._source.format}", shown, self._secret)
        if answer.status == 404 and page is not None and page > 1:
            return []
        records = self._understood(answer)
        self._check_dates(records, lower, upper, answer)
        return records

    def _understood(self, answer: Answer) -> list[Record]:
        try:
            if answer.status == 200:
                return records_of(answer.body, self._source.format)
            said = first_words(answer.body)
        except (NotUnderstood, Refused) as error:
            said = str(error) if isinstance(error, Refused) else f"{error} — {first_words(answer.body)}"
        raise self._refusal(answer, said)

    def _refusal(self, answer: Answer, said: str) -> ChengguanError:
        remedies = {
            401: ("核对环境变量中的 api_key", "check the api_key in the environment"),
            403: ("核对环境变量中的 api_key 与 jurisdiction_id", "check the api_key in the environment and jurisdiction_id"),
            404: ("核对 source.url 与 jurisdiction_id", "check source.url and jurisdiction_id"),
            200: ("核对 source.url 与 source.format；返回网页时多半是地址不对", "check source.url and source.format; a web page mostly means a wrong address"),
        }  # fmt: skip
        zh, en = remedies.get(
            answer.status,
            ("核对 source.url、parameters 与 window_days", "check source.url, parameters and window_days"),
        )
        scrub = self.address.scrub
        return InputError(
            f"接口拒绝了请求或返回了无法理解的内容（HTTP {answer.status}）", f"the server refused, or said what cannot be understood (HTTP {answer.status})",
            file=scrub(answer.asked), key="source.url", value=scrub(said)[:200], remedy_zh=zh, remedy_en=en,
        )  # fmt: skip

    def _check_dates(self, records: list[Record], lower: dt.datetime, upper: dt.datetime, answer: Answer) -> None:
        """Refuses an answer of which nothing falls into the window: a server that passes over the dates gives its newest for any of them."""
        moments = [
            moment for record in records for name in ("requested_datetime", "updated_datetime")
            if (moment := self._moment(record.get(name)))
        ]  # fmt: skip
        if moments and not any(lower - TOLERANCE <= moment <= upper + TOLERANCE for moment in moments):
            raise self._refusal(
                answer, f"none of {len(records)} requests is of the time that was asked for; the first: {moments[0]}"
            )

    def _moment(self, said: str | None) -> dt.datetime | None:
        try:
            moment = dt.datetime.fromisoformat(said or "")
        except ValueError:
            return None
        return moment if moment.tzinfo else moment.replace(tzinfo=self._zone)

    def _said(self, moment: dt.datetime) -> str:
        return _iso(moment.astimezone(self._zone))


def windows(first: dt.datetime, end: dt.datetime, days: int) -> Iterator[tuple[dt.datetime, dt.datetime]]:
    """The instants from `first` to `end`, cut into windows of so many days."""
    while first < end:
        upper = min(first + dt.timedelta(days=days), end)
        yield first, upper
        first = upper


def _by_key(records: list[Record]) -> dict[str, Record]:
    """Records by their key; of one that came twice the later. Those without a key are told apart by what they say."""
    return {record.get(KEY) or f"\0{sorted(record.items())}": record for record in records}


def _iso(moment: dt.datetime) -> str:
    return moment.isoformat(timespec="seconds")
