"""The memory of batches: what each measured, what was found of it, and who decided what about those that were held back.

Belongs here: the tables `ops.batch_measures`, `ops.batch_verdicts`, `ops.held_batches` and `ops.batch_decisions`. They hold counts, names and
sentences, never a record.
"""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import duckdb
import polars as pl

from pipelines.quality.judge import Verdict
from pipelines.quality.rules import Past

TABLES = (
    """create table if not exists ops.batch_measures (
        batch_id varchar not null, feed varchar not null, stem varchar not null, loaded_for_on date not null,
        is_first_window boolean not null, measure varchar not null, value double not null)""",
    """create table if not exists ops.batch_verdicts (
        batch_id varchar not null, feed varchar not null, source varchar not null, judged_for_on date not null,
        judged_at_utc timestamp not null, measure varchar not null, severity varchar not null, has_passed boolean not null,
        observed double not null, low double, high double, usual double, batches integer not null,
        message_zh varchar not null, message_en varchar not null)""",
    """create table if not exists ops.held_batches (
        batch_id varchar primary key, feed varchar not null, source varchar not null, window_from varchar,
        held_for_on date not null, held_at_utc timestamp not null, rows_read bigint not null)""",
    """create table if not exists ops.batch_decisions (
        batch_id varchar not null, feed varchar not null, decision varchar not null, decided_by varchar not null,
        why varchar not null, decided_at_utc timestamp not null)""",
)
#: Batches that are looked back on.
LOOKED_BACK = 60


@dataclass(frozen=True)
class Judged:
    """A batch that was judged. `window_from` is None for files and for a first window, which `is_first_window` tells apart."""

    batch_id: str
    feed: str
    source: str
    day: dt.date
    rows_read: int
    window_from: str | None
    is_first_window: bool
    measures: Mapping[str, float]
    verdicts: Sequence[Verdict]

    @property
    def is_blocked(self) -> bool:
        return any(verdict.blocks for verdict in self.verdicts)


@dataclass(frozen=True)
class Decision:
    """What a person said of a held batch: "accept" loads it as it is, "reject" leaves it out for good."""

    decision: str
    decided_by: str
    why: str


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    for table in TABLES:
        connection.execute(table)


def stem(source: str) -> str:
    """A source's name without its numbers: `工单_2017-09.xlsx` is held against `工单_2017-08.xlsx`, not against other exports."""
    return re.sub(r"\d+", "#", source)


def past_of(connection: duckdb.DuckDBPyConnection, feed: str, source: str, until: dt.date) -> list[Past]:
    """The last loaded batches of the same kind of source, the newest first. A first window brought a whole history: it says nothing of a day."""
    rows = connection.execute(
        """
        with recent as (
            select batch_id, loaded_for_on, batch_seq
            from ops.ledger
            where feed = $feed and loaded_for_on <= $until and batch_id in (
                select batch_id from ops.batch_measures where feed = $feed and stem = $stem and not is_first_window
            )
            order by batch_seq desc limit $limit
        )
        select recent.batch_id, recent.loaded_for_on, measures.measure, measures.value
        from recent inner join ops.batch_measures as measures on measures.batch_id = recent.batch_id
        order by recent.batch_seq desc
        """,
        {"feed": feed, "stem": stem(source), "until": until, "limit": LOOKED_BACK},
    ).fetchall()
    found: dict[str, tuple[dt.date, dict[str, float]]] = {}
    for batch, day, measure, value in rows:
        found.setdefault(batch, (day, {}))[1][measure] = value
    return [Past(day, measures) for day, measures in found.values()]


def remember(connection: duckdb.DuckDBPyConnection, batch: Judged) -> None:
    """Writes down what a batch measured and what was found; a batch that is judged again replaces what was said of it."""
    _forget(connection, batch.batch_id)
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    measured = [
        {"batch_id": batch.batch_id, "feed": batch.feed, "stem": stem(batch.source), "loaded_for_on": batch.day,
         "is_first_window": batch.is_first_window, "measure": measure, "value": value}
        for measure, value in batch.measures.items()
    ]  # fmt: skip
    found = [
        {"batch_id": batch.batch_id, "feed": batch.feed, "source": batch.source, "judged_for_on": batch.day,
         "judged_at_utc": now, **asdict(verdict)}
        for verdict in batch.verdicts
    ]  # fmt: skip
    _insert(connection, "batch_measures", measured)
    _insert(connection, "batch_verdicts", found)


def hold(connection: duckdb.DuckDBPyConnection, batch: Judged) -> None:
    """Writes down a batch that stays outside, until somebody decides or its source changes."""
    remember(connection, batch)
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    held = {"batch_id": batch.batch_id, "feed": batch.feed, "source": batch.source, "window_from": batch.window_from,
            "held_for_on": batch.day, "held_at_utc": now, "rows_read": batch.rows_read}  # fmt: skip
    connection.execute(
        "delete from ops.held_batches where batch_id = $batch or (feed = $feed and source = $source)",
        {"batch": batch.batch_id, "feed": batch.feed, "source": batch.source},
    )
    _insert(connection, "held_batches", [held])


def release(connection: duckdb.DuckDBPyConnection, feed: str, source: str) -> None:
    """A source of which a batch was loaded is held no longer."""
    connection.execute(
        "delete from ops.held_batches where feed = $feed and source = $source", {"feed": feed, "source": source}
    )


def decision_of(
    connection: duckdb.DuckDBPyConnection, batch: str, feed: str, source: str, is_window: bool
) -> Decision | None:
    """The last thing that was decided about a batch. A window grows until it is loaded: what was said of its held form holds."""
    rows = connection.execute(
        """
        select decision, decided_by, why from ops.batch_decisions
        where batch_id = $batch or ($is_window and batch_id in (
            select batch_id from ops.held_batches where feed = $feed and source = $source
        ))
        order by decided_at_utc desc limit 1
        """,
        {"batch": batch, "feed": feed, "source": source, "is_window": is_window},
    ).fetchall()
    return Decision(*rows[0]) if rows else None


def _forget(connection: duckdb.DuckDBPyConnection, batch: str) -> None:
    for table in ("batch_measures", "batch_verdicts"):
        connection.execute(f"delete from ops.{table} where batch_id = $batch", {"batch": batch})


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        names = ", ".join(rows[0])
        connection.register("incoming", pl.DataFrame(list(rows), infer_schema_length=None).to_arrow())
        connection.execute(f"insert into ops.{table} ({names}) select {names} from incoming")
        connection.unregister("incoming")
