"""A release as tables of a PostgreSQL database, for tools that have no driver for DuckDB: `marts`, `core` and `meta`, with their comments.

One transaction deletes and inserts, table by table, streamed by COPY. So whoever reads sees the release before or the one after, never
half: renamed schemas and TRUNCATE gave readers at REPEATABLE READ mixed or empty views. Only a table whose shape changes is locked for
readers, and it comes last. What is copied is what a release serves; the release itself is not touched.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import adbc_driver_postgresql.dbapi
import duckdb

from pipelines.bi import postgres_shape
from pipelines.bi.datasets import connect
from pipelines.bi.postgres_shape import Shape, quote
from pipelines.errors import BusyError, ChengguanError, SetupError
from pipelines.readers.address import Address, secret_address
from pipelines.readers.sql.postgres import PostgresSession
from pipelines.readers.sql.problems import Fault

SETTING = "CHENGGUAN_PUBLISH_POSTGRES"
#: Rows that are on their way at once.
CHUNK_ROWS = 20_000
#: How long a table whose shape changes is waited for. Meanwhile those who want to read it wait behind us.
LOCK_SECONDS = 30
_LOCK = 7_226_331_418_092_210
_OPTIONS = {"connect_timeout": "10", "application_name": "chengguan", "tcp_user_timeout": "60000"}


@dataclass(frozen=True)
class Copied:
    """What became of it. `unchanged`: the database held this release already, and nothing was written."""

    release: str
    outcome: Literal["copied", "unchanged"]
    place: str
    tables: int
    rows: int
    seconds: float


def publish(url: str, release: Path) -> Copied:
    """Copies the release in the folder into the database at the address, whole or not at all.

    Raises BusyError where the database is away or locked, SetupError where it refuses or holds schemas that are not ours.
    """
    started = time.perf_counter()
    address = secret_address(url, SETTING)
    if address.scheme not in ("postgresql", "postgres"):
        raise SetupError(
            "这不是 PostgreSQL 的地址", "this is no address of a PostgreSQL database", key=SETTING, value=address.shown,
            remedy_zh="写成 postgresql://用户:密码@主机:端口/库名", remedy_en="write it as postgresql://user:password@host:port/name",  # pragma: allowlist secret
        )  # fmt: skip
    with connect(release) as source, _refusals(address):
        [(name, digest)] = source.execute("SELECT release_id, content_digest FROM meta.release").fetchall()
        wanted = postgres_shape.wanted(source)
        with _connection(address) as target:
            held = _held(target, address)
            if held == (name, digest):
                return Copied(name, "unchanged", address.shown, len(wanted), 0, _since(started))
            rows = _copy(source, target, wanted)
            target.commit()
        with _connection(address, autocommit=True) as target:
            for shape in wanted:
                _run(target, f"ANALYZE {shape.quoted}")
    return Copied(name, "copied", address.shown, len(wanted), rows, _since(started))


def _held(target: Any, address: Address) -> tuple[str, str] | None:
    """The release that the database holds. Takes the one lane of publishers, until the transaction ends."""
    if not _rows(target, f"SELECT pg_try_advisory_xact_lock({_LOCK})")[0][0]:
        raise BusyError(
            "另一个程序正在向该数据库发布", "another process is publishing to this database", file=address.shown,
            remedy_zh="等它结束再试", remedy_en="try again when it has ended",
        )  # fmt: skip
    foreign = postgres_shape.foreign_schemas(_rows, target)
    if foreign:
        raise SetupError(
            "数据库中已有同名的模式，且不是本系统所建", "the database holds schemas of these names that are not ours",
            file=address.shown, value=", ".join(foreign),
            remedy_zh="为本系统单独建一个数据库，并改写 CHENGGUAN_PUBLISH_POSTGRES", remedy_en=f"give us a database of our own, and name it in {SETTING}",
        )  # fmt: skip
    if ("meta", "release") not in postgres_shape.held(_rows, target):
        return None
    rows = _rows(target, "SELECT release_id, content_digest FROM meta.release")
    return (rows[0][0], rows[0][1]) if rows else None


def _copy(source: duckdb.DuckDBPyConnection, target: Any, wanted: list[Shape]) -> int:
    """Everything, in the transaction that is open: first what keeps its shape, then what readers must wait for."""
    there = postgres_shape.held(_rows, target)
    said = postgres_shape.comments(_rows, target)
    for statement in postgres_shape.schemas():
        _run(target, statement)
    rows = 0
    for shape in sorted(wanted, key=lambda one: (one.name in there and there[one.name] != one.columns, one.name)):
        for statement in shape.changes(there.get(shape.name)):
            _run(target, statement)
        if shape.name in there:
            _run(target, f"DELETE FROM {shape.quoted}")
        columns = ", ".join(quote(column) for column in shape.columns)
        reader = source.sql(f"SELECT {columns} FROM {shape.quoted}").to_arrow_reader(CHUNK_ROWS)
        with target.cursor() as cursor:
            rows += cursor.adbc_ingest(shape.name[1], reader, mode="append", db_schema_name=shape.name[0])
        for statement in shape.words(said, there.get(shape.name)):
            _run(target, statement)
    for schema, table in sorted(there.keys() - {shape.name for shape in wanted}):
        _run(target, f"DROP TABLE {quote(schema)}.{quote(table)}")
    return rows


@contextmanager
def _connection(address: Address, *, autocommit: bool = False) -> Iterator[Any]:
    missing = [f"{name}={value}" for name, value in _OPTIONS.items() if f"{name}=" not in address.url]
    joined = f"{address.url}{'&' if '?' in address.url else '?'}{'&'.join(missing)}" if missing else address.url
    with adbc_driver_postgresql.dbapi.connect(joined, autocommit=autocommit) as connection:
        _run(connection, f"SET lock_timeout = '{LOCK_SECONDS}s'")
        yield connection


@contextmanager
def _refusals(address: Address) -> Iterator[None]:
    """What the database refuses, in words; its own come without the address's secrets."""
    try:
        yield
    except adbc_driver_postgresql.dbapi.Error as cause:
        raise _problem(PostgresSession.fault(cause), address, address.scrub(cause)[:400]) from cause


def _problem(fault: Fault, address: Address, words: str) -> ChengguanError:
    place: Mapping[str, Any] = {"file": address.shown, "key": SETTING}
    if fault in (Fault.AWAY, Fault.BUSY, Fault.SLOW):
        return BusyError(
            "PostgreSQL 副本没有更新：数据库连接不上、中途断开或被锁定。发布版不受影响",
            f"the copy in PostgreSQL was not renewed: the database is away, broke off or is locked. The release is not affected: {words}",
            remedy_zh="确认数据库在运行、没有长时间的读取占住要改结构的表；再运行 chengguan bi postgres",
            remedy_en="see that the database runs and that no long read holds a table whose shape changes; run chengguan bi postgres again",
            **place,
        )  # fmt: skip
    return SetupError(
        "PostgreSQL 副本没有更新：数据库拒绝。发布版不受影响",
        f"the copy in PostgreSQL was not renewed: the database refuses. The release is not affected: {words}",
        remedy_zh="核对账号、密码及其建立模式（CREATE）的权限；若有视图依赖被删的列或表，先改该视图；再运行 chengguan bi postgres",
        remedy_en="check account, password and its right to create schemas; if a view depends on a column or table that goes, change that view first; "
        "then run chengguan bi postgres again",
        **place,
    )  # fmt: skip


def _run(connection: Any, statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _rows(connection: Any, statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def _since(started: float) -> float:
    return round(time.perf_counter() - started, 1)
