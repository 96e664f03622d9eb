"""What every kind of database must be able to do for a read, and the frames that come of it.

Belongs here: the shape that the kinds share. Everything that is one kind's own stands in `sqlite`, `postgres` and `alchemy`.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol
from zoneinfo import ZoneInfo

import polars as pl

from pipelines.city import DatabaseSource
from pipelines.readers.address import Address
from pipelines.readers.base import ROW, SHEET, UNREADABLE
from pipelines.readers.sql.problems import Fault
from pipelines.readers.sql.windows import Cursor, Window

#: Rows of one frame, unless a driver counts in bytes.
CHUNK_ROWS = 50_000
#: Seconds until a server that does not answer counts as away, as drivers are told; and in all, whatever a driver takes that to cover.
CONNECT_SECONDS, ANSWER_SECONDS = 10, 20


@dataclass(frozen=True)
class Request:
    """What a session is opened for."""

    source: DatabaseSource
    address: Address
    zone: ZoneInfo

    @property
    def table(self) -> str:
        """The profile's query as a table. Whatever it is, it stands where only a select can stand; the line break ends a last comment."""
        return f"({self.source.query}\n)"


class Session(Protocol):
    """One connection that only reads, and sees one state of the database from its first query on.

    `clock` is the source's own time when that state was not fixed yet, aware if it is an instant. What is committed later is not read, so
    no window may end later.
    """

    clock: dt.datetime

    def __init__(self, request: Request) -> None: ...

    def columns(self) -> list[str]:
        """The columns of the query, without a row being read."""

    def cursor_kind(self) -> Cursor | str:
        """What the cursor column holds; a text that names its type where it cannot be a cursor."""

    def highest(self) -> int | None:
        """The highest value of a cursor that is a number."""

    def refresh(self) -> None:
        """Lets go of the state seen so far; the next query sees what is there then."""

    def rows(self, columns: list[str], window: Window) -> Iterator[pl.DataFrame]:
        """The rows of the window in the cursor's order, each cell a text or null, the columns in the order given."""

    @staticmethod
    def fault(error: Exception) -> Fault:
        """What an error of the driver means."""

    def cancel(self) -> None:
        """Breaks off what is under way; called from another thread."""

    def close(self) -> None:
        """Ends the connection."""


def quote(name: str, mark: str = '"') -> str:
    """An identifier in quotes, whatever characters it has."""
    return mark + name.replace(mark, mark * 2) + mark


def positioned(frame: pl.DataFrame, header: list[str], done: int) -> pl.DataFrame:
    """A frame as `Extract` wants it: named by the header, with the rows' numbers behind the `done` rows before it."""
    return frame.rename(dict(zip(frame.columns, header, strict=True))).select(
        pl.lit(None, dtype=pl.String).alias(SHEET),
        pl.int_range(done + 1, done + 1 + pl.len(), dtype=pl.Int64).alias(ROW),
        pl.lit(None, dtype=pl.String).alias(UNREADABLE),
        pl.col(header).cast(pl.String),
    )
