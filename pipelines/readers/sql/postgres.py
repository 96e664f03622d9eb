"""PostgreSQL, streamed by ADBC: the driver reads by COPY, every cell cast to text by the server."""

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import adbc_driver_postgresql.dbapi
import polars as pl

from pipelines.readers.sql.problems import Fault
from pipelines.readers.sql.session import CONNECT_SECONDS, Request, quote
from pipelines.readers.sql.windows import Bound, Cursor, Window

#: Bytes of one frame. Rows differ a hundredfold in length, memory must not.
CHUNK_BYTES = 8 << 20

_KINDS = {
    "timestamp with time zone": Cursor.INSTANT, "timestamp without time zone": Cursor.MOMENT, "date": Cursor.DAY,
    "smallint": Cursor.NUMBER, "integer": Cursor.NUMBER, "bigint": Cursor.NUMBER,
    "text": Cursor.TEXT, "character varying": Cursor.TEXT, "character": Cursor.TEXT,
}  # fmt: skip
_TYPES = {
    Cursor.INSTANT: "timestamptz", Cursor.MOMENT: "timestamp", Cursor.DAY: "date", Cursor.NUMBER: "bigint", Cursor.TEXT: "text",
}  # fmt: skip
#: The first characters of a SQLSTATE, the longest that fits counts.
_FAULTS = {
    "08": Fault.AWAY, "57P": Fault.AWAY, "57014": Fault.SLOW, "53": Fault.BUSY, "40": Fault.BUSY, "55": Fault.BUSY, "28": Fault.LOGIN,
    "42501": Fault.LOGIN, "42": Fault.QUERY, "3F": Fault.QUERY, "25006": Fault.QUERY, "3D": Fault.LOGIN,
}  # fmt: skip


class PostgresSession:
    """A connection whose one transaction is REPEATABLE READ and READ ONLY."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._cursor = quote(request.source.cursor)
        url = request.address.url
        defaults = {
            "connect_timeout": CONNECT_SECONDS, "application_name": "chengguan", "keepalives_idle": 30, "keepalives_interval": 10,
            "keepalives_count": 3, "tcp_user_timeout": 60_000,
        }  # fmt: skip
        missing = [f"{name}={value}" for name, value in defaults.items() if not re.search(rf"[?&]{name}=", url)]
        self._connection = adbc_driver_postgresql.dbapi.connect(f"{url}{'&' if '?' in url else '?'}{'&'.join(missing)}")
        self._running: Any = None
        self._begin()

    def _begin(self) -> None:
        """Settings of this transaction only: behind a pooler the next one may have another session."""
        self._run("set transaction isolation level repeatable read, read only")
        self._run(f"set local statement_timeout = {self._request.source.timeout_seconds * 1_000}")
        for setting in (
            "lock_timeout = 60000",
            "DateStyle = 'ISO, YMD'",
            "IntervalStyle = iso_8601",
            "bytea_output = hex",
        ):
            self._run(f"set local {setting}")
        # now() is the moment at which the transaction began, on the server's clock and with its offset; what it sees was fixed after that.
        self.clock = dt.datetime.fromisoformat(str(self._first("select now()::text")))

    def columns(self) -> list[str]:
        with self._connection.cursor() as cursor:
            cursor.execute(f"select * from {self._request.table} as source limit 0")
            return [column[0] for column in cursor.description or []]

    def cursor_kind(self) -> Cursor | str:
        said = str(
            self._first(f"select pg_typeof((select {self._cursor} from {self._request.table} as source limit 0))::text")
        )
        return _KINDS.get(said) or said

    def highest(self) -> int | None:
        value = self._first(f"select max({self._cursor}) from {self._request.table} as source")
        return None if value is None else int(value)

    def refresh(self) -> None:
        self._connection.rollback()
        self._begin()

    def rows(self, columns: list[str], window: Window) -> Iterator[pl.DataFrame]:
        cells = ", ".join(f"{quote(name)}::text" for name in columns)
        bounds = f"{self._cursor} < {self._bind('chengguan.upper', window.kind, window.upper)}"
        if window.lower is None:
            # A row without a cursor value would never fall into any window; it is read with the first one, and judged there.
            bounds += f" or {self._cursor} is null"
        else:
            bounds += f" and {self._cursor} >= {self._bind('chengguan.lower', window.kind, window.lower)}"
        with self._connection.cursor() as cursor:
            self._running = cursor
            cursor.adbc_statement.set_options(**{"adbc.postgresql.batch_size_hint_bytes": str(CHUNK_BYTES)})
            cursor.execute(
                f"select {cells} from {self._request.table} as source where {bounds} order by source.{self._cursor}"
            )
            for batch in cursor.fetch_record_batch():
                frame = pl.from_arrow(batch)
                assert isinstance(frame, pl.DataFrame)
                yield frame
            self._running = None

    def _bind(self, name: str, kind: Cursor, value: Bound) -> str:
        """Binds a value to a setting of the transaction and gives the expression that reads it.

        A query with parameters is not read by COPY: the driver would fetch its whole result into memory at once.
        """
        with self._connection.cursor() as cursor:
            cursor.execute("select set_config($1, $2, true)", [name, value if isinstance(value, str) else str(value)])
            cursor.fetchall()
        return f"current_setting('{name}')::{_TYPES[kind]}"

    @staticmethod
    def fault(error: Exception) -> Fault:
        said = str(error).lower()
        state = getattr(error, "sqlstate", None) or ""
        if state == "57014" and "statement timeout" not in said:
            return Fault.BUSY
        for length in (5, 3, 2):
            if found := _FAULTS.get(state[:length]):
                return found
        # libpq gives no code where the connection was not made or is lost.
        if "authentication failed" in said or "no password supplied" in said or "pg_hba" in said or "role " in said:
            return Fault.LOGIN
        if "database" in said and "does not exist" in said:
            return Fault.LOGIN
        away = (
            "could not",
            "connection",
            "server closed",
            "timeout expired",
            "starting up",
            "shutting down",
            "too many clients",
        )
        return Fault.AWAY if any(words in said for words in away) else Fault.OTHER

    def cancel(self) -> None:
        if self._running is not None:
            self._running.adbc_cancel()

    def close(self) -> None:
        self._connection.close()

    def _run(self, statement: str) -> None:
        with self._connection.cursor() as cursor:
            cursor.execute(statement)

    def _first(self, statement: str) -> Any:
        with self._connection.cursor() as cursor:
            cursor.execute(statement)
            row = cursor.fetchone()
            return row[0] if row else None
