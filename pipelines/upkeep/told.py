"""Where a rebuild takes from what landing copies do not say: the build file that was, the books beside landing, or a release.

Belongs here: which of them is taken, and what each lacks. The build file is best, since the books are made from it; the books are as good but
for a night that was killed; a release of a home without books knows the ledger up to its day, and the frozen evaluations.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import duckdb

from pipelines.errors import SetupError
from pipelines.landing.books import (
    EVALUATIONS,
    FROZEN,
    HISTORY,
    book_tables,
    books_file,
    frozen_file,
    history_file,
    history_tables,
)
from pipelines.landing.swap import settle
from pipelines.settings import Settings

Kind = Literal["build", "books", "release"]


@dataclass
class Told:
    """A source that is attached as `told` (and, of books, as `history` and `frozen` what stands beside them). `tables` maps each table of the build file to where its
    rows stand; `lost` names what no source has. `has_rows`: a build file with raw and quarantine, maybe an older one, is attached as `old`."""

    kind: Kind
    name: str
    tables: dict[str, str] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    has_rows: bool = False

    @property
    def aliases(self) -> list[str]:
        """What is attached for it."""
        return sorted({at.partition(".")[0] for at in self.tables.values()} | ({"old"} if self.has_rows else set()))


def attach_told(settings: Settings, connection: duckdb.DuckDBPyConnection, release: Path | None) -> Told:
    """Attaches the best source there is; `release` names a release's folder to be taken instead of all others.

    Raises SetupError where there is none. The caller holds the write lane.
    """
    has_rows = settle(settings.build_db) and _attach(connection, settings.build_db, "old", "ops.ledger")
    has_books = release is None and _attach(connection, books_file(settings), "told", "ops.ledger")
    if release is None and has_rows and not (has_books and _is_behind(connection)):
        tables = {name: f"old.{name}" for name in (*book_tables(connection, "old"), *history_tables(connection, "old"))}
        if has_books:
            connection.execute("detach told")
        return Told("build", str(settings.build_db), tables, has_rows=True)
    if has_books:
        tables = {name: f"told.{name}" for name in book_tables(connection, "told")}
        lost = list(HISTORY)
        if _attach(connection, history_file(settings), "history", "state"):
            tables |= {name: f"history.{name}" for name in history_tables(connection, "history")}
            lost = []
        if _attach(connection, frozen_file(settings), "frozen", "state"):
            tables |= {name: f"frozen.{name}" for name in history_tables(connection, "frozen")}
            lost = [name for name in lost if name not in EVALUATIONS]
        elif frozen_file(settings).exists():
            lost += [name for name in EVALUATIONS if name not in tables and name not in lost]
        return Told("books", str(books_file(settings)), tables, lost, has_rows)
    file = (release or settings.current) / "serving.duckdb"
    if _attach(connection, file, "told", "meta.batches"):
        tables = {"ops.ledger": "told.meta.batches", **{name: f"told.{name}" for name in FROZEN}}
        lost = [
            "ops.quarantine_actions",
            "ops.batch_decisions",
            "ops.batch_measures",
            "ops.batch_verdicts",
            "ops.held_batches",
        ]
        return Told(
            "release", str(file.resolve()), {name: at for name, at in tables.items() if _has(connection, at)}, lost
        )
    raise SetupError(
        "没有可据以重建的账册：建库文件、落地目录旁的账册副本、发布版都读不到",
        "there is nothing to rebuild by: neither the build file, nor the books beside landing, nor a release can be read", file=file,
        remedy_zh="用 chengguan restore 从备份恢复；全新的数据目录直接运行 chengguan nightly",
        remedy_en="restore a backup with `chengguan restore`; a new home just runs `chengguan nightly`",
    )  # fmt: skip


def _is_behind(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether the build file is an older one than the books: it was copied back over a newer one."""
    asked = "select 1 from told.ops.ledger where batch_id not in (select batch_id from old.ops.ledger) limit 1"
    return bool(connection.execute(asked).fetchall())


def _attach(connection: duckdb.DuckDBPyConnection, file: Path, alias: str, table: str) -> bool:
    """Whether the file could be attached and its table read to the end."""
    if not file.exists():
        return False
    said = str(file).replace("'", "''")
    try:
        connection.execute(f"attach '{said}' as {alias} (read_only)")
    except duckdb.Error:
        return False
    if _has(connection, f"{alias}.{table}"):
        return True
    connection.execute(f"detach {alias}")
    return False


def _has(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    try:
        connection.execute(f"select bit_xor(hash(held)) from {table} as held").fetchall()
    except duckdb.Error:
        return False
    return True
