"""What landing files do not say of themselves, kept beside them: `books.duckdb`, `history.duckdb` and `frozen.duckdb` of the landing folder.

Belongs here: which tables of the build file cannot be made anew from landing copies and the profile, that a copy of them stands beside the
landing copies whenever the build file was written, and that no build file is written that knows less than its landing. A landing copy
without a line in the ledger is a killed night's, so an empty or an older build file would take good ones for such.

The books (the ledger, what stewards and others decided, what was removed) are written whenever they have changed. The history (what batches
measured, what was found of them, forecasts that are frozen) grows by the night; it is written when a build is complete. Frozen evaluations have a
row for each case of each period and grow on few nights, so that they have a file of their own.
"""

import os
from pathlib import Path

import duckdb

from pipelines.errors import SetupError
from pipelines.landing.batches import to_disk
from pipelines.machine import fault_of
from pipelines.settings import Settings

#: Evaluations and forecasts that were frozen (decision 8, docs/foresight.md): dbt adds to them and never makes them anew. A test holds this against the models' settings.
EVALUATIONS = ("core.fct_evaluation_frozen", "core.fct_evaluation_frozen_case")
FROZEN = (*EVALUATIONS, "core.agg_forecast_frozen")
HISTORY = ("ops.batch_measures", "ops.batch_verdicts", *FROZEN)
#: Tables of `ops` that follow from the others, or from the program that makes the file.
DERIVED = (
    "ops.build_sources", "ops.build_checks", "ops.hashed_files", "ops.touched_cases", "ops.touched_days", "ops.evaluated_months", "ops.touched_parts", "ops.first_freezing", "ops.layout",
)  # fmt: skip


def books_file(settings: Settings) -> Path:
    return settings.books / "books.duckdb"


def history_file(settings: Settings) -> Path:
    return settings.books / "history.duckdb"


def frozen_file(settings: Settings) -> Path:
    return settings.books / "frozen.duckdb"


#: All of them, as functions of the settings.
FILES = (books_file, history_file, frozen_file)


def book_tables(connection: duckdb.DuckDBPyConnection, database: str | None = None) -> list[str]:
    """The tables of the books: all of `ops` but the derived ones and the history."""
    found = connection.execute(
        "select 'ops.' || table_name from duckdb_tables() where schema_name = 'ops' "
        "and database_name = coalesce($database, current_database()) order by all",
        {"database": database},
    ).fetchall()
    return [name for (name,) in found if name not in (*HISTORY, *DERIVED)]


def history_tables(connection: duckdb.DuckDBPyConnection, database: str | None = None) -> list[str]:
    """Those tables of the history that there are: nothing is frozen before the first build."""
    found = connection.execute(
        "select schema_name || '.' || table_name from duckdb_tables() where database_name = coalesce($database, current_database())",
        {"database": database},
    ).fetchall()
    there = {name for (name,) in found}
    return [name for name in HISTORY if name in there]


def keep_books(settings: Settings, connection: duckdb.DuckDBPyConnection) -> None:
    """Writes the books where they have changed. To be called outside a transaction."""
    _keep(settings, connection, books_file(settings), book_tables(connection))


def keep_history(settings: Settings, connection: duckdb.DuckDBPyConnection) -> None:
    """Writes the history and what is frozen, each where it has changed. To be called outside a transaction."""
    tables = history_tables(connection)
    # First what a history of an earlier version holds as well, so that it is in one of the two at any time.
    _keep(settings, connection, frozen_file(settings), [name for name in tables if name in EVALUATIONS])
    _keep(settings, connection, history_file(settings), [name for name in tables if name not in EVALUATIONS])


def refuse_to_begin_anew(settings: Settings) -> None:
    """Raises SetupError where there is no build file but landing has batches: an empty one would take them for a killed night's."""
    if not settings.build_db.exists() and (books_file(settings).exists() or any(settings.landing.glob("*/*.parquet"))):
        raise SetupError(
            "建库文件不在了，而落地目录里有数据", "the build file is gone, but there are landing copies", file=settings.build_db,
            remedy_zh="运行 chengguan rebuild，由落地副本重建；或用 chengguan restore 从备份恢复",
            remedy_en="run `chengguan rebuild`, which makes it anew from landing, or restore a backup with `chengguan restore`",
        )  # fmt: skip


def refuse_to_go_back(settings: Settings, connection: duckdb.DuckDBPyConnection) -> None:
    """Raises SetupError where the books speak of batches that the build file does not know: it is an older one than its landing."""
    path = books_file(settings)
    if not path.exists():
        return
    try:
        _attach(connection, path)
    except duckdb.Error as cause:
        raise _unreadable(path, cause) from cause
    try:
        lacking = connection.execute(
            "select feed, source from books.ops.ledger where batch_id not in (select batch_id from ops.ledger) order by batch_seq desc"
        ).fetchall()
    finally:
        connection.execute("detach books")
    if lacking:
        raise SetupError(
            f"建库文件比落地目录旧：缺 {len(lacking)} 批（最近一批：{lacking[0][0]} {lacking[0][1]}）",
            f"the build file is older than landing: it lacks {len(lacking)} batches, the last of them of {lacking[0][0]}", file=settings.build_db,
            value=lacking[0][1],
            remedy_zh="运行 chengguan rebuild，由落地副本重建", remedy_en="run `chengguan rebuild`, which makes it anew from landing",
        )  # fmt: skip


def _unreadable(path: Path, cause: Exception) -> SetupError:
    return SetupError(
        "账册副本读不出来", f"the copy of the books cannot be read: {cause}", file=path,
        remedy_zh="建库文件完好时删除该副本即可，下次写库会重写；否则从备份取回",
        remedy_en="where the build file is well, delete the copy: it is written anew; else take it from a backup",
    )  # fmt: skip


def _keep(settings: Settings, connection: duckdb.DuckDBPyConnection, path: Path, tables: list[str]) -> None:
    now, before = state(connection, tables), _state_of(connection, path) if path.exists() else {}
    if before == now:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".writing-{os.getpid()}-{path.name}")
    fresh.unlink(missing_ok=True)
    try:
        connection.execute(f"attach '{_text(fresh)}' as books")
        try:
            for table in tables:
                connection.execute(f"create schema if not exists books.{table.partition('.')[0]}")
                # In one order, so that the same books are the same file; evaluations were built in one, and have too many rows to sort.
                order = "" if table in EVALUATIONS else "order by all"
                connection.execute(f"create table books.{table} as select * from {table} {order}")
            connection.execute("create table books.state (name varchar, said varchar)")
            connection.executemany("insert into books.state values (?, ?)", list(now.items()) or [("", "")])
        finally:
            connection.execute("detach books")
        to_disk(fresh)
        fresh.replace(path)
        to_disk(path.parent)
    except (duckdb.Error, OSError) as cause:
        fresh.unlink(missing_ok=True)
        if fault := fault_of(cause, settings.home):
            raise fault from cause
        raise SetupError(
            "账册副本写不进落地目录", f"the copy of the books cannot be written beside landing: {cause}", file=path,
            remedy_zh="检查磁盘空间和权限，再运行一次；建库文件里的数据完好",
            remedy_en="see to disk space and permissions, and run it again; what is in the build file is well",
        ) from cause  # fmt: skip


def state(connection: duckdb.DuckDBPyConnection, tables: list[str]) -> dict[str, str]:
    """{table: what it holds}, cheap to hold against another. Of the history, to which is only added, its columns and its count."""
    found = {}
    for table in tables:
        columns = [name for name, *_ in connection.execute(f"describe {table}").fetchall()]
        asked = "count(*)" if table in HISTORY else "concat_ws(':', count(*), bit_xor(hash(held)))"
        [(said,)] = connection.execute(f"select {asked} from {table} as held").fetchall()
        found[table] = f"{','.join(columns)} {said}"
    return found


def _state_of(connection: duckdb.DuckDBPyConnection, path: Path) -> dict[str, str]:
    """What the file holds; nothing where it cannot be read, so that it is written anew."""
    try:
        _attach(connection, path)
    except duckdb.Error:
        return {}
    try:
        return {
            name: said for name, said in connection.execute("select name, said from books.state").fetchall() if name
        }
    except duckdb.Error:
        return {}
    finally:
        connection.execute("detach books")


def _attach(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    connection.execute(f"attach '{_text(path)}' as books (read_only)")


def _text(path: Path) -> str:
    return str(path).replace("'", "''")
