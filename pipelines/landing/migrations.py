"""The layout of the build file, by number: how an older home is brought forward, and what the way back is.

Belongs here: the steps, small and numbered, run in one transaction, each noted in `ops.layout`; and the copy of the file from before, which is
the way back. New tables and new fields of feeds need no step: they are made where they are missing (`store`). A step is written for what must
change about what is there already, is never edited once it was released, and must bear a file in which part of it was done by hand.
"""

import datetime as dt
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines import __version__
from pipelines.errors import SetupError
from pipelines.landing.batches import to_disk
from pipelines.settings import Settings

LAYOUT = """
create table if not exists ops.layout (
    version integer not null, what varchar not null, done_at_utc timestamp not null, code_version varchar not null
)"""

#: The way back is open for so long; whoever changes the hash key or has a person erased closes it at once (`forget_copies`).
KEEP_DAYS = 30


@dataclass(frozen=True)
class Step:
    """One change of layout: what it is, and its statements."""

    what: str
    statements: tuple[str, ...]


#: Step n leads from layout n-1 to layout n; a home from before there were numbers has layout 0.
STEPS: tuple[Step, ...] = (
    Step(
        "columns that the ledger has got since its first version",
        (
            "alter table ops.ledger add column if not exists template varchar",
            "alter table ops.ledger add column if not exists unknown_columns varchar[]",
            "alter table ops.ledger add column if not exists rows_dismissed bigint default 0",
        ),
    ),
)


def open_forward(settings: Settings, connect: Callable[[], duckdb.DuckDBPyConnection]) -> duckdb.DuckDBPyConnection:
    """A connection that may write, its file in the layout of this program. The caller holds the write lane.

    Raises SetupError where the file is of a newer layout, and where there is no room for the copy.
    """
    connection = connect()
    try:
        found = guard(connection, settings)
        if found is None or found == len(STEPS):
            _forget_old(settings)
            return connection
        connection.execute("checkpoint")
    except BaseException:
        connection.close()
        raise
    # Closed for the copy: DuckDB's own lock of the file would end with any other descriptor that is closed on it.
    connection.close()
    _keep_copy(settings)
    connection = connect()
    try:
        _run(connection, found)
    except BaseException:
        connection.close()
        raise
    return connection


def note_new(connection: duckdb.DuckDBPyConnection) -> None:
    """Notes the layout of a file that was made by this program. Leaves any other alone."""
    connection.execute(LAYOUT)
    connection.execute(
        "insert into ops.layout select $version, 'made', $now, $code where not exists (select 1 from ops.layout)",
        {"version": len(STEPS), "now": _now(), "code": __version__},
    )


def guard(connection: duckdb.DuckDBPyConnection, settings: Settings) -> int | None:
    """The layout of a file; None for one that holds no ledger yet. Raises SetupError where it is newer than this program."""
    tables = connection.execute("select table_name from duckdb_tables() where schema_name = 'ops'").fetchall()
    if ("layout",) not in tables:
        return 0 if ("ledger",) in tables else None
    [(version, code)] = connection.execute(
        "select coalesce(max(version), 0), coalesce(max_by(code_version, version), '?') from ops.layout"
    ).fetchall()
    if version > len(STEPS):
        raise SetupError(
            f"这个数据目录由较新的程序写成：布局 {version}（{code} 版），本程序（{__version__} 版）只到布局 {len(STEPS)}",
            f"this home was written by a newer program: layout {version} (by {code}); this one ({__version__}) knows layouts up to {len(STEPS)}",
            file=settings.build_db, key="ops.layout.version", value=version,
            remedy_zh=f"装回 {code} 版或更新的程序；或用升级前的副本 {copy_path(settings, version).name} 退回，见 docs/operations.md “升级”",
            remedy_en=f'install {code} or later again; or go back with the copy from before, {copy_path(settings, version).name}, see "An upgrade" in docs/operations.md',
        )  # fmt: skip
    return int(version)


def copy_path(settings: Settings, version: int) -> Path:
    """The build file as it was before it got this layout."""
    return settings.build_dir / f"before-layout-{version}.duckdb"


def forget_copies(settings: Settings) -> list[Path]:
    """Removes the copies from before: they hold hashes under a key, and records of persons, that must be gone everywhere."""
    found = sorted(settings.build_dir.glob("before-layout-*.duckdb"))
    for path in found:
        path.unlink()
    return found


def _forget_old(settings: Settings) -> None:
    oldest = time.time() - KEEP_DAYS * 86_400
    for path in settings.build_dir.glob("before-layout-*.duckdb"):
        if path.stat().st_mtime < oldest:
            path.unlink()


def _keep_copy(settings: Settings) -> None:
    """Copies the file as it stands. One that a broken-off upgrade left is the same, since the transaction was not ended."""
    forget_copies(settings)
    writing = settings.build_dir / ".writing-copy.duckdb"
    try:
        shutil.copyfile(settings.build_db, writing)
        writing.chmod(0o600)
        to_disk(writing)
        writing.replace(copy_path(settings, len(STEPS)))
        to_disk(settings.build_dir)
    finally:
        writing.unlink(missing_ok=True)


def _run(connection: duckdb.DuckDBPyConnection, found: int) -> None:
    connection.begin()
    connection.execute(LAYOUT)
    for version, step in enumerate(STEPS, start=1):
        if version <= found:
            continue
        for statement in step.statements:
            connection.execute(statement)
        connection.execute(
            "insert into ops.layout values ($version, $what, $now, $code)",
            {"version": version, "what": step.what, "now": _now(), "code": __version__},
        )
    connection.commit()


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)
