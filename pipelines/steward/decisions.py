"""Rows set aside for good, and taken back: who, when and why stay with the row.

Belongs here: what changes nothing of a record. Each act is one transaction: the log and the ledger's counts of the batches it concerns.
"""

import datetime as dt
from collections import Counter
from collections.abc import Sequence

import duckdb

from pipelines.errors import InputError
from pipelines.landing.quarantine import log
from pipelines.steward.rows import STATUSES, HeldRow


def dismiss(connection: duckdb.DuckDBPyConnection, rows: Sequence[HeldRow], *, by: str, why: str, day: dt.date) -> int:
    """Sets open rows aside; gives how many. It counts from `day` on, or from the night that refused the row if that is later.

    Raises InputError, and changes nothing, where a row is not open or nobody says who and why.
    """
    _require(by, "--by", "请写明是谁决定的", "say who decides")
    _require(why, "--why", "请写明搁置的原因", "say why the rows are set aside")
    return _act(connection, rows, ("open", "dismissed"), why=why, by=by, day=day)


def undismiss(
    connection: duckdb.DuckDBPyConnection, rows: Sequence[HeldRow], *, by: str, why: str | None, day: dt.date
) -> int:
    """Takes rows back that were set aside; gives how many. Raises InputError, and changes nothing, where a row is not."""
    _require(by, "--by", "请写明是谁决定的", "say who decides")
    return _act(connection, rows, ("dismissed", "undismissed"), why=why, by=by, day=day)


def _require(said: str, key: str, zh: str, en: str) -> None:
    if not said.strip():
        raise InputError(
            zh, en, key=key, value=said,
            remedy_zh=f"补上 {key}，不能为空", remedy_en=f"give {key}; it cannot be empty",
        )  # fmt: skip


def _act(
    connection: duckdb.DuckDBPyConnection,
    rows: Sequence[HeldRow],
    change: tuple[str, str],
    *,
    why: str | None,
    by: str,
    day: dt.date,
) -> int:
    """`change` is (the status that a row must have, what is done to it)."""
    must_be, action = change
    for row in rows:
        if row.status != must_be:
            raise InputError(
                f"该行{STATUSES[row.status][0]}，不是“{STATUSES[must_be][0]}”", f"the row is {row.status}, not {must_be}",
                file=row.source, sheet=row.sheet, row=row.row, key="ID", value=row.id,
                remedy_zh=f"chengguan quarantine show {row.id} 显示它的经过；什么也没有改动",
                remedy_en=f"`chengguan quarantine show {row.id}` tells what became of it; nothing was changed",
            )  # fmt: skip
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    connection.begin()
    try:
        log(
            connection,
            (
                {"feed": row.feed, "batch_id": row.batch_id, "row_id": row.row_id, "action": action, "acted_by": by.strip(),
                 "why": why, "acted_for_on": max(day, row.loaded_for_on), "acted_at_utc": now}
                for row in rows
            ),
        )  # fmt: skip
        for batch, count in Counter(row.batch_id for row in rows).items():
            moved = count if action == "dismissed" else -count
            connection.execute(
                "update ops.ledger set rows_quarantined = rows_quarantined - $moved, rows_dismissed = rows_dismissed + $moved "
                "where batch_id = $batch",
                {"moved": moved, "batch": batch},
            )
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
    return len(rows)
