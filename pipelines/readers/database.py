"""Databases: a query read by windows of a cursor column, every cell a text, in bounded memory and bounded time.

Belongs here: what holds of every kind of database. The connection only reads, the profile's query stands where only a select can stand, and
what is said in messages and in the ledger is the address without its credentials. Windows are decided in `pipelines.readers.sql.windows`.
"""

import datetime as dt
import threading
from collections.abc import Generator, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import Literal, cast

import polars as pl

from pipelines.city import DatabaseSource
from pipelines.errors import ChengguanError, ProfileError
from pipelines.readers.address import Address
from pipelines.readers.base import Extract, join_header
from pipelines.readers.in_time import TimeIsUp, in_time
from pipelines.readers.sql.alchemy import AlchemySession
from pipelines.readers.sql.postgres import PostgresSession
from pipelines.readers.sql.problems import Fault, problem
from pipelines.readers.sql.session import ANSWER_SECONDS, Request, Session, positioned
from pipelines.readers.sql.sqlite import SqliteSession
from pipelines.readers.sql.windows import Cursor, Night, Window, next_window


@dataclass
class WindowExtract(Extract):
    """What a window of a database holds; where it begins and ends is in the ledger's words.

    `horizon` is the last day that a record may be of, where that is not the night's: numbers know no days.
    """

    window_from: str | None = None
    window_to: str = ""
    horizon: dt.date | None = None


@dataclass(frozen=True)
class _Found:
    """What is known of a read before its first row. `window` is None where there is nothing to read."""

    columns: list[str]
    window: Window | None

    @property
    def header(self) -> list[str]:
        return join_header([[*self.columns]])


#: {scheme of an address: who reads it}; SQLAlchemy reads the others.
SESSIONS: dict[str, type[Session]] = {
    "sqlite": SqliteSession,
    "postgresql": PostgresSession,
    "postgres": PostgresSession,
}

_Item = Literal["connected"] | _Found | pl.DataFrame


def read_database(source: DatabaseSource, address: Address, night: Night) -> WindowExtract | None:
    """The rows of the next window, in the cursor's order; None where the window would be empty.

    Raises InputError or ProfileError where the database refuses or the query fails, SetupError where its driver is not installed, and
    BusyError where it is away or locked. So does the extract while its chunks are read; none of it may be kept then.
    """
    frames = _timely(Request(source, address, night.zone), night)
    found = next(frames)
    assert isinstance(found, _Found)
    if found.window is None:
        frames.close()
        return None
    horizon = max(night.day, dt.datetime.now(night.zone).date()) if found.window.kind is Cursor.NUMBER else None
    return WindowExtract(
        source=address.shown, header=found.header, chunks=cast(Iterator[pl.DataFrame], frames),
        window_from=found.window.window_from, window_to=found.window.window_to, horizon=horizon,
    )  # fmt: skip


def _timely(request: Request, night: Night) -> Generator[_Found | pl.DataFrame]:
    """What is found and then the rows, while the limits of time hold; every fault as an error of ours."""
    source, address = request.source, request.address
    open_session = SESSIONS.get(address.scheme, AlchemySession)
    held: list[Session] = []

    def produce(left: threading.Event) -> Iterator[_Item]:
        try:
            held.append(open_session(request))
            yield "connected"
            yield from _read(held[0], request, night, left)
        except ChengguanError:
            raise
        except Exception as error:
            # A driver's error is not kept as the cause: its words may hold the address with everything in it.
            raise problem(
                open_session.fault(error), address, getattr(error, "orig", error), source.timeout_seconds
            ) from None
        finally:
            for session in held:
                with suppress(Exception):
                    session.close()

    def cancel() -> None:
        for session in held:
            with suppress(Exception):
                session.cancel()

    fault, words = Fault.AWAY, f"no answer in {ANSWER_SECONDS} seconds"
    header: list[str] = []
    done = 0
    limit = source.timeout_seconds + source.settle_seconds
    try:
        with closing(in_time(produce, limit, cancel, first=ANSWER_SECONDS)) as items:
            for item in items:
                fault, words = Fault.SLOW, ""
                if isinstance(item, _Found):
                    header = item.header
                    yield item
                elif isinstance(item, pl.DataFrame) and not item.is_empty():
                    yield positioned(item, header, done)
                    done += item.height
    except TimeIsUp:
        raise problem(fault, address, words, source.timeout_seconds) from None


def _read(session: Session, request: Request, night: Night, left: threading.Event) -> Iterator[_Item]:
    source = request.source
    columns = session.columns()
    if source.cursor not in columns:
        raise ProfileError(
            "查询结果没有游标列", "the query does not give the cursor column", key="source.cursor", value=source.cursor,
            file=request.address.shown,
            remedy_zh=f"可用的列：{'、'.join(columns)}", remedy_en=f"the columns are: {', '.join(columns)}",
        )  # fmt: skip
    kind = session.cursor_kind()
    if isinstance(kind, str):
        raise ProfileError(
            "这种类型的列不能作游标", f"a column of the type {kind} cannot be the cursor", key="source.cursor", value=source.cursor,
            file=request.address.shown,
            remedy_zh="选更新时间或递增编号；也可在 source.query 里转换", remedy_en="take the time of the last update or a growing number, or cast it in source.query",
        )  # fmt: skip
    highest = session.highest() if kind is Cursor.NUMBER else None
    window = next_window(source, kind, night, session.clock, highest)
    yield _Found(columns, window)
    if window is None:
        return
    if kind is Cursor.NUMBER and source.settle_seconds:
        # A number is drawn before its row can be seen: whoever drew one below the end gets the time to finish. A read that
        # stays open while we wait would keep SQLite's writers from it.
        session.refresh()
        left.wait(source.settle_seconds)
        session.refresh()
    yield from session.rows(columns, window)
