"""Every other database that SQLAlchemy has a driver for: MySQL and MariaDB, SQL Server, Oracle, … Rows are streamed by a cursor on the server.

The cells come as values of Python here and are written as text exactly; MySQL and MariaDB are asked for text in the first place.
"""

import datetime as dt
import json
import uuid
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

import polars as pl
import sqlalchemy as sa
from sqlalchemy.engine import Connection, make_url

from pipelines.errors import ProfileError, SetupError
from pipelines.readers.sql.problems import Fault
from pipelines.readers.sql.session import CHUNK_ROWS, CONNECT_SECONDS, Request
from pipelines.readers.sql.windows import Cursor, Window

#: {name in an address: (what SQLAlchemy calls it, the extra of this package that installs its driver)}.
_DRIVERS: dict[str, tuple[str, str | None]] = {
    "mysql": ("mysql+pymysql", None), "mariadb": ("mariadb+pymysql", None), "mssql": ("mssql+pymssql", "mssql"),
    "oracle": ("oracle+oracledb", "oracle"),
}  # fmt: skip
_MYSQL_FAULTS = {
    **dict.fromkeys((2002, 2003, 2006, 2013, 1053, 1927, 2055), Fault.AWAY),
    **dict.fromkeys((1040, 1203, 1205, 1213, 1226, 1317), Fault.BUSY),
    **dict.fromkeys((1044, 1045, 1049, 1142, 1143, 1227, 1370, 1698), Fault.LOGIN),
    **dict.fromkeys((1051, 1052, 1054, 1060, 1064, 1146, 1305, 1248, 1295, 1792), Fault.QUERY),
    **dict.fromkeys((3024, 1969), Fault.SLOW),
}


class AlchemySession:
    """A connection through SQLAlchemy. MySQL and MariaDB read one snapshot; of others the account's rights and isolation decide."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._is_mysql = request.address.scheme.partition("+")[0] in ("mysql", "mariadb")
        self._engine = _engine(request, self._is_mysql)
        # Colons are no parameters, whatever follows them.
        self._table = sa.text(request.source.query.replace("\\", "\\\\").replace(":", "\\:") + "\n")
        self._cursor: sa.ColumnClause[Any] = sa.column(request.source.cursor)
        self._connection: Connection = self._engine.connect()
        self._driver: Any = self._connection.connection.driver_connection
        self._begin()

    def _begin(self) -> None:
        now = self._connection.execute(sa.select(sa.func.now())).scalar()
        self.clock = now if isinstance(now, dt.datetime) else dt.datetime.now(self._request.zone)
        if not self._is_mysql:
            return
        run = self._connection.exec_driver_sql
        seconds = self._request.source.timeout_seconds
        maria = getattr(self._connection.dialect, "is_mariadb", False)
        run(
            f"set session max_statement_time = {seconds}"
            if maria
            else f"set session max_execution_time = {seconds * 1_000}"
        )
        run("set session lock_wait_timeout = 60")
        run("set session transaction isolation level repeatable read")
        # SQLAlchemy has begun a transaction already; this one sees one state of the tables from here on, and refuses every write.
        run("start transaction with consistent snapshot, read only")

    @property
    def _source(self) -> sa.Subquery:
        return self._table.columns(self._cursor).subquery("source")

    def columns(self) -> list[str]:
        statement = sa.select(sa.text("*")).select_from(self._source).where(sa.text("1 = 0"))
        return list(self._connection.execute(statement).keys())

    def cursor_kind(self) -> Cursor | str:
        column = self._source.c[self._cursor.name]
        value = self._connection.execute(sa.select(column).where(column.is_not(None)).limit(1)).scalar()
        if value is None or isinstance(value, str):
            return Cursor.TEXT
        if isinstance(value, dt.datetime):
            return Cursor.MOMENT if value.tzinfo is None else Cursor.INSTANT
        if isinstance(value, dt.date):
            return Cursor.DAY
        if isinstance(value, int | Decimal) and not isinstance(value, bool) and value == int(value):
            return Cursor.NUMBER
        return type(value).__name__

    def highest(self) -> int | None:
        value = self._connection.execute(sa.select(sa.func.max(self._source.c[self._cursor.name]))).scalar()
        return None if value is None else int(value)

    def refresh(self) -> None:
        self._connection.rollback()
        self._begin()

    def rows(self, columns: list[str], window: Window) -> Iterator[pl.DataFrame]:
        source = self._table.columns(*(sa.column(name) for name in columns)).subquery("source")
        cursor = source.c[self._cursor.name]
        within = cursor < sa.literal(window.upper)
        # A row without a cursor value would never fall into any window; it is read with the first one, and judged there.
        within = within | cursor.is_(None) if window.lower is None else within & (cursor >= sa.literal(window.lower))
        statement = sa.select(*source.c).where(within).order_by(cursor)
        if self._is_mysql:
            # Without decoders the driver hands on the text that the server sent.
            self._driver.decoders = {}
        result = self._connection.execution_options(stream_results=True, max_row_buffer=CHUNK_ROWS).execute(statement)
        try:
            for rows in result.partitions(CHUNK_ROWS):
                texts = [as_text(name, cells) for name, cells in zip(columns, zip(*rows, strict=True), strict=True)]
                yield pl.DataFrame([pl.Series(str(at), text, dtype=pl.String) for at, text in enumerate(texts)])
        finally:
            self._forget_the_rest()

    @staticmethod
    def fault(error: Exception) -> Fault:
        original = getattr(error, "orig", None) or error
        code = original.args[0] if original.args else None
        if isinstance(error, sa.exc.DBAPIError) and error.connection_invalidated:
            return Fault.AWAY
        if known := _MYSQL_FAULTS.get(code) if isinstance(code, int) else None:
            return known
        return Fault.AWAY if isinstance(original, ConnectionError | TimeoutError) else Fault.OTHER

    def _forget_the_rest(self) -> None:
        """Keeps PyMySQL from reading a result to its end when its cursor is closed or tidied up; the connection goes with it."""
        result = getattr(self._driver, "_result", None)
        if result is not None:
            result.unbuffered_active = False

    def cancel(self) -> None:
        """Closes the socket under PyMySQL; other drivers are left to their own time-outs."""
        force = getattr(self._driver, "_force_close", None)
        if force is not None:
            self._forget_the_rest()
            force()

    def close(self) -> None:
        # What is left of a result on the way would be read to its end by a polite goodbye.
        self._connection.invalidate()
        self._connection.close()
        self._engine.dispose()


def _engine(request: Request, is_mysql: bool) -> sa.Engine:
    name, plus, _ = request.address.scheme.partition("+")
    driver, extra = _DRIVERS.get(name, (name, None))
    try:
        url = make_url(request.address.url)
        if not plus:
            url = url.set(drivername=driver)
        arguments: dict[str, Any] = {}
        if is_mysql:
            arguments = {"connect_timeout": CONNECT_SECONDS, "read_timeout": request.source.timeout_seconds + 30}
            if url.password:
                # The driver would write it in Latin-1.
                arguments["password"] = str(url.password).encode()
            url = url.update_query_dict({"charset": "utf8mb4"}) if "charset" not in url.query else url
        return sa.create_engine(url, poolclass=sa.NullPool, connect_args=arguments)
    except ModuleNotFoundError:
        remedy = f"uv pip install 'chengguan-warehouse[{extra}]'" if extra else f"{url.drivername}"
        raise SetupError(
            f"没有安装 {name} 数据库的驱动", f"the driver for databases of the kind '{name}' is not installed",
            file=request.address.shown, key="source.url", value=request.address.scheme,
            remedy_zh=f"安装驱动：{remedy}", remedy_en=f"install the driver: {remedy}",
        ) from None  # fmt: skip
    except sa.exc.ArgumentError:
        raise ProfileError(
            "不支持这种数据库", f"databases of the kind '{request.address.scheme}' are not read", key="source.url",
            value=request.address.shown,
            remedy_zh="支持 sqlite、postgresql、mysql、mariadb、mssql、oracle 等；其他数据库请先导出为文件",
            remedy_en="sqlite, postgresql, mysql, mariadb, mssql, oracle and others of SQLAlchemy are read; export any other to files",
        ) from None  # fmt: skip


def as_text(name: str, cells: Sequence[Any]) -> list[str | None]:
    """A column's values as text, exactly. Raises ProfileError naming the column where a value has no one way to be written."""
    kinds = set(map(type, cells)) - {type(None)}
    if kinds <= {str}:
        return list(cells)
    return [None if cell is None else _cell(name, cell) for cell in cells]


def _cell(name: str, cell: Any) -> str:
    for kinds, write in _WRITTEN:
        if isinstance(cell, kinds):
            return write(cell)
    if isinstance(cell, dict | list | tuple):
        return json.dumps(cell, ensure_ascii=False, default=lambda inner: _cell(name, inner))
    raise ProfileError(
        "该列的数据类型无法写成文本", f"values of the type {type(cell).__name__} cannot be written as text", key="source.query",
        column=name, remedy_zh="在 source.query 里把该列转换为文本", remedy_en="cast the column to text in source.query",
    )  # fmt: skip


def _duration(cell: dt.timedelta) -> str:
    """A span of time as hours, minutes and seconds, as databases write a TIME."""
    micros = abs(cell) // dt.timedelta(microseconds=1)
    seconds, micros = divmod(micros, 1_000_000)
    text = f"{seconds // 3_600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return ("-" if cell < dt.timedelta() else "") + text + (f".{micros:06}" if micros else "")


#: How a value is written, by its type; the first that fits counts (a truth value is a number to Python, a moment a day).
_WRITTEN: tuple[tuple[tuple[type, ...], Callable[[Any], str]], ...] = (
    ((str, int, uuid.UUID), lambda cell: str(cell).lower() if isinstance(cell, bool) else str(cell)),
    ((Decimal,), lambda cell: f"{cell:f}"),
    ((float,), repr),
    ((dt.datetime,), lambda cell: cell.isoformat(" ")),
    ((dt.date, dt.time), lambda cell: cell.isoformat()),
    ((dt.timedelta,), _duration),
    ((bytes, bytearray, memoryview), lambda cell: "\\x" + bytes(cell).hex()),
)
