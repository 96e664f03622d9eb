"""The build database: one writer at a time, its schemas and tables, and how it is opened.

Belongs here: connections, locks and the tables that ingestion fills. The models stand in the dbt project. DuckDB lets one process write
or many read a file, never both; so a file lock says who may, and who comes second is told so.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb
import polars as pl
from filelock import FileLock, Timeout

from pipelines.errors import BusyError, SetupError
from pipelines.feeds import FEEDS, Feed, Field
from pipelines.landing import books
from pipelines.landing.hashed import TABLE as HASHED_FILES
from pipelines.landing.migrations import guard, note_new, open_forward
from pipelines.landing.quarantine import create_views
from pipelines.landing.removed import TABLE as REMOVALS
from pipelines.machine import fault_of
from pipelines.quality.history import create_tables as create_quality_tables
from pipelines.settings import TIME_ZONE, Settings

#: No extension is loaded from anywhere, and a session cannot be talked into it.
CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}

#: DuckDB shortens texts for joins and groups, which saves memory; but then a join of few rows with a large table no longer tells the scan which of
#: its blocks to skip. To find 230,000 steps among 148 million by their ids took 3 seconds with it and takes 0.13 without.
HINDERS_FEW_AMONG_MANY = "compressed_materialization"

LEDGER = """
create table if not exists ops.ledger (
    batch_id varchar primary key, batch_seq bigint not null unique, feed varchar not null, source varchar not null,
    source_kind varchar not null, content_sha256 varchar not null, rows_read bigint not null, rows_skipped bigint not null,
    rows_loaded bigint not null, rows_quarantined bigint not null, rows_superseded bigint not null, loaded_for_on date not null,
    loaded_at_utc timestamp not null, first_record_on date, last_record_on date, window_from varchar, window_to varchar,
    horizon_on date not null, encoding varchar, template varchar, unknown_columns varchar[], code_version varchar not null, seconds double not null, city varchar not null,
    rows_dismissed bigint not null default 0
)"""

META_COLUMNS = (
    "_batch_id varchar, _batch_seq bigint, _source_sheet varchar, _source_row bigint, _loaded_for_on date, "
    "_superseded_by_seq bigint, _superseded_for_on date"
)


def sql_type(field: Field) -> str:
    """The DuckDB type of a field."""
    dtype = field.dtype
    if isinstance(dtype, pl.Decimal):
        return f"decimal({dtype.precision},{dtype.scale})"
    names: dict[type[pl.DataType], str] = {
        pl.Date: "date", pl.Datetime: "timestamp", pl.Float64: "double", pl.Int32: "integer", pl.Boolean: "boolean",
    }  # fmt: skip
    return names.get(type(dtype), "varchar")


def raw_columns(feed: Feed) -> dict[str, str]:
    """{column: type} of `raw.<feed>` without the meta columns; a personal field gives its hash and its mask."""
    columns: dict[str, str] = {}
    for name, field in feed.fields.items():
        if field.personal:
            columns |= {f"{name}_hash": "varchar", f"{name}_mask": "varchar"}
        else:
            columns[name] = sql_type(field)
    return columns


def _create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    for schema in ("raw", "quarantine", "ops", "reference"):
        connection.execute(f"create schema if not exists {schema}")
    connection.execute(LEDGER)
    connection.execute(REMOVALS)
    connection.execute(HASHED_FILES)
    for feed in FEEDS.values():
        columns = ", ".join(f"{name} {kind}" for name, kind in raw_columns(feed).items())
        connection.execute(f"create table if not exists raw.{feed.name} ({columns}, {META_COLUMNS})")
        connection.execute(
            f"create table if not exists quarantine.{feed.name} (_batch_id varchar, _batch_seq bigint, "
            '_source_sheet varchar, _source_row bigint, _loaded_for_on date, business_key varchar, reasons struct(rule varchar, "column" '
            "varchar, value varchar, message_zh varchar, message_en varchar)[], record json)"
        )
    note_new(connection)
    create_quality_tables(connection)
    _add_new_fields(connection)
    create_views(connection)


def _add_new_fields(connection: duckdb.DuckDBPyConnection) -> None:
    """A home of an earlier version lacks the fields that a feed has got since; its records have no value there."""
    columns = "select table_name, column_name from duckdb_columns() where schema_name = 'raw'"
    held = set(connection.execute(columns).fetchall())
    for feed in FEEDS.values():
        for name, kind in raw_columns(feed).items():
            if (feed.name, name) not in held:
                connection.execute(f"alter table raw.{feed.name} add column {name} {kind}")


def forget_build(connection: duckdb.DuckDBPyConnection) -> None:
    """Takes away the note of what the models were built of, so that the next night builds them all, and what their tests had found: rows of
    tables that have changed meanwhile. In the caller's transaction."""
    tables = connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
    if ("ops", "build_state") in tables:
        connection.execute("delete from ops.build_state")
    for schema, table in tables:
        if schema == "failures":
            connection.execute(f'drop table failures."{table}"')


def _busy(settings: Settings) -> BusyError:
    return BusyError(
        "数仓正在被另一个作业写入", "another process is writing the warehouse", file=settings.build_db,
        remedy_zh="等夜间作业结束后重试；chengguan status 可查看", remedy_en="try again when the nightly job has ended; `chengguan status` shows it",
    )  # fmt: skip


def first_row(
    connection: duckdb.DuckDBPyConnection, statement: str, values: dict[str, Any] | None = None
) -> tuple[Any, ...] | None:
    """The first row of a result, with the whole result used up: DuckDB 2 refuses other work on a half-read one."""
    rows = connection.execute(statement, values or {}).fetchall()
    return rows[0] if rows else None


@contextmanager
def write_lane(settings: Settings, timeout: float = 0) -> Iterator[None]:
    """The right to write the build file, for one process at a time. The lock dies with its process.

    Raises BusyError where another process holds it for longer than `timeout` seconds, SetupError where the home cannot be written.
    """
    try:
        settings.build_dir.mkdir(parents=True, exist_ok=True)
        lock = FileLock(settings.lock_file, timeout=timeout)
        lock.acquire()
    except Timeout as error:
        raise _busy(settings) from error
    except OSError as error:
        raise SetupError(
            "数据目录不可写", f"the data home cannot be written: {error}", file=settings.home,
            remedy_zh="检查 CHENGGUAN_HOME 的权限和磁盘空间", remedy_en="check the permissions and the free space of CHENGGUAN_HOME",
        ) from error  # fmt: skip
    try:
        yield
    finally:
        lock.release()


@contextmanager
def write_connection(
    settings: Settings, zone: str = TIME_ZONE, timeout: float = 600
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that may write, the file in this program's layout and every table of ingestion in place. What was written is kept beside
    landing, too (`books`)."""
    with write_lane(settings, timeout):
        books.refuse_to_begin_anew(settings)
        connection = open_forward(settings, lambda: _connect(settings, zone, read_only=False))
        try:
            _create_tables(connection)
            books.refuse_to_go_back(settings, connection)
            with _told_plainly(settings):
                yield connection
            books.keep_books(settings, connection)
        finally:
            connection.close()


@contextmanager
def read_connection(settings: Settings, zone: str = TIME_ZONE) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that only reads. Raises SetupError where nothing was built yet or by a newer program, BusyError while somebody writes."""
    books.refuse_to_begin_anew(settings)
    if not settings.build_db.exists():
        raise SetupError(
            "还没有运行过夜间作业", "no night has been run in this home yet", file=settings.build_db,
            remedy_zh="运行 chengguan nightly", remedy_en="run `chengguan nightly`",
        )  # fmt: skip
    connection = _connect(settings, zone, read_only=True)
    try:
        with _told_plainly(settings):
            guard(connection, settings)
            yield connection
    finally:
        connection.close()


def _connect(settings: Settings, zone: str, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    try:
        connection = duckdb.connect(str(settings.build_db), read_only=read_only, config=CONFIG)
    except duckdb.Error as error:
        raise cannot_open(settings, error) from error
    connection.execute("set timezone = $zone", {"zone": zone})
    # Set and not configured: two connections of one process to one file must be configured alike.
    connection.execute("set memory_limit = $memory", {"memory": settings.half_memory})
    connection.execute("set disabled_optimizers = $passes", {"passes": HINDERS_FEW_AMONG_MANY})
    return connection


@contextmanager
def _told_plainly(settings: Settings) -> Iterator[None]:
    """A broken block shows only when it is read."""
    try:
        yield
    except duckdb.Error as error:
        if str(error).startswith("Corrupt database file") or "Could not read enough bytes" in str(error):
            raise cannot_open(settings, error) from error
        raise


def cannot_open(settings: Settings, error: duckdb.Error) -> SetupError | BusyError:
    """Why DuckDB does not open the build file: another process has it, or it is broken, or the machine says no."""
    said = str(error)
    if "lock" in said.lower() and "conflicting" in said.lower():
        return _busy(settings)
    if fault := fault_of(error, settings.home):
        return fault
    return SetupError(
        "建库文件读不出来", f"the build file cannot be read: {said}", file=settings.build_db,
        remedy_zh="确认磁盘和权限正常；文件已损坏时运行 chengguan rebuild，由落地副本重建",
        remedy_en="see that disk and permissions are well; where the file is broken, `chengguan rebuild` makes it anew from landing",
    )  # fmt: skip
