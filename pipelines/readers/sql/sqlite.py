"""SQLite files, opened read-only and streamed by ADBC."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote as encode

import adbc_driver_sqlite.dbapi
import polars as pl

from pipelines.errors import InputError
from pipelines.readers.sql.problems import Fault
from pipelines.readers.sql.session import CHUNK_ROWS, Request, quote
from pipelines.readers.sql.windows import Cursor, Window


class SqliteSession:
    """A connection to a file. SQLite's types belong to the cells, not to the columns; so the cells are asked."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._cursor = quote(request.source.cursor)
        path = Path(request.address.url.partition("://")[2].removeprefix("/"))
        if not path.is_file():
            raise InputError(
                "数据库文件不存在", "the database file does not exist", file=request.address.shown,
                remedy_zh="核对配置中的 source.url，确认来源系统已投递", remedy_en="check source.url in the profile and that the source delivered it",
            )  # fmt: skip
        # A file has no clock of its own; it is written on this machine, or was delivered.
        self.clock = dt.datetime.now(request.zone)
        self._connection = adbc_driver_sqlite.dbapi.connect(f"file:{encode(str(path))}?mode=ro")

    def columns(self) -> list[str]:
        with self._connection.cursor() as cursor:
            cursor.execute(f"select * from {self._request.table} limit 0")
            return [column[0] for column in cursor.description or []]

    def cursor_kind(self) -> Cursor | str:
        held = self._first(f"select typeof(min({self._cursor})) from {self._request.table}")
        top = self._first(f"select typeof(max({self._cursor})) from {self._request.table}")
        if held != top:
            return f"{held} / {top}"
        kinds: dict[Any, Cursor] = {"text": Cursor.TEXT, "null": Cursor.TEXT, "integer": Cursor.NUMBER}
        return kinds.get(held, str(held))

    def highest(self) -> int | None:
        value = self._first(f"select max({self._cursor}) from {self._request.table}")
        return None if value is None else int(value)

    def refresh(self) -> None:
        self._connection.rollback()
        self.clock = dt.datetime.now(self._request.zone)

    def rows(self, columns: list[str], window: Window) -> Iterator[pl.DataFrame]:
        # Cut out of a blob, text might not be text.
        cells = ", ".join(
            f"case when typeof({quote(name)}) = 'blob' then '\\x' || lower(hex({quote(name)})) "
            f"else cast({quote(name)} as text) end as {quote(name)}"
            for name in columns
        )
        values = [window.upper] if window.lower is None else [window.upper, window.lower]
        # A row without a cursor value would never fall into any window; it is read with the first one, and judged there.
        bounds = f"{self._cursor} < ?" + (
            f" or {self._cursor} is null" if window.lower is None else f" and {self._cursor} >= ?"
        )
        with self._connection.cursor() as cursor:
            # The driver's batches of 1,024 rows cost more in overhead than in reading.
            cursor.adbc_statement.set_options(**{"adbc.sqlite.query.batch_rows": str(CHUNK_ROWS)})
            cursor.execute(
                f"select {cells} from {self._request.table} as source where {bounds} order by {self._cursor}", values
            )
            for batch in cursor.fetch_record_batch():
                frame = pl.from_arrow(batch)
                assert isinstance(frame, pl.DataFrame)
                yield frame

    @staticmethod
    def fault(error: Exception) -> Fault:
        said = str(error).lower()
        if "locked" in said or "busy" in said:
            return Fault.BUSY
        if any(
            words in said
            for words in ("no such", "syntax error", "ambiguous", "incomplete input", "unrecognized token")
        ):
            return Fault.QUERY
        return Fault.OTHER

    def cancel(self) -> None:
        """The driver cannot break off a query of SQLite; the thread ends when the query does."""

    def close(self) -> None:
        self._connection.close()

    def _first(self, statement: str) -> Any:
        with self._connection.cursor() as cursor:
            cursor.execute(statement)
            row = cursor.fetchone()
            return row[0] if row else None
