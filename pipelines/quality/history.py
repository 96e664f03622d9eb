"""The memory of batches: what each measured, what was found of it, and who decided what about those that were held back.

Belongs here: the tables `ops.batch_measures`, `ops.batch_verdicts`, `ops.batch_decisions` and `ops.held_batches`. They hold counts, names and
sentences, never a record.
"""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass

import duckdb

from pipelines.quality.rules import Past

TABLES = (
    """create table if not exists ops.batch_measures (
        batch_id varchar not null, feed varchar not null, stem varchar not null, loaded_for_on date not null, is_first_window boolean not null,
        measure varchar not null, value double not null)""",
    """create table if not exists ops.batch_verdicts (
        batch_id varchar not null, feed varchar not null, source varchar not null, judged_for_on date not null, judged_at_utc timestamp not null,
        measure varchar not null, severity varchar not null, has_passed boolean not null, observed double, low double, high double,
        usual double, batches integer not null, message_zh varchar not null, message_en varchar not null)""",
    """create table if not exists ops.held_batches (
        batch_id varchar primary key, feed varchar not null, source varchar not null, held_for_on date not null,
        held_at_utc timestamp not null, rows_read bigint not null)""",
    """create table if not exists ops.batch_decisions (
        batch_id varchar not null, feed varchar not null, decision varchar not null, decided_by varchar not null, why varchar not null,
        decided_at_utc timestamp not null)""",
)
#: Batches that are looked back on.
LOOKED_BACK = 60


def stem(source: str) -> str:
    """What a source's name is without its numbers: `工单_2017-09.xlsx` is held against `工单_2017-08.xlsx`, not against other exports."""
    return re.sub(r"\d+", "#", source)


@dataclass(frozen=True)
class Decision:
    """What a person said of a batch: "accept" loads it as it is, "reject" leaves it out for good."""

    batch_id: str
    feed: str
    decision: str
    decided_by: str
    why: str


def past_of(connection: duckdb.DuckDBPyConnection, feed: str, source: str, before: dt.date) -> list[Past]:
    """The last batches of the same kind of source, the newest first. A first window brought a whole history and is no measure for a day."""
    rows = connection.execute(
        """
        with recent as (
            select measures.batch_id, measures.loaded_for_on, max(ledger.batch_seq) as seq
            from ops.batch_measures as measures inner join ops.ledger as ledger using (batch_id)
            where measures.feed = $feed and measures.stem = $stem and not measures.is_first_window
                and measures.loaded_for_on <= $before
            group by all order by seq desc limit $limit
        )
        select recent.batch_id, recent.loaded_for_on, measures.measure, measures.value
        from recent inner join ops.batch_measures as measures using (batch_id)
        order by recent.seq desc
        """,
        {"feed": feed, "stem": stem(source), "before": before, "limit": LOOKED_BACK},
    ).fetchall()
    found: dict[str, tuple[dt.date, dict[str, float]]] = {}
    for batch, day, measure, value in rows:
        found.setdefault(batch, (day, {}))[1][measure] = value
    return [Past(day, measures) for day, measures in found.values()]


def decision_of(connection: duckdb.DuckDBPyConnection, batch: str) -> Decision | None:
    """The last thing that was decided about a batch."""
    rows = connection.execute(
        """select batch_id, feed, decision, decided_by, why from ops.batch_decisions where batch_id = $batch
           order by decided_at_utc desc limit 1""",
        {"batch": batch},
    ).fetchall()
    return Decision(*rows[0]) if rows else None


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    for table in TABLES:
        connection.execute(table)


def insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Iterable[dict[str, object]]) -> None:
    """Rows into one of the tables above, by name."""
    for row in rows:
        names = ", ".join(row)
        values = ", ".join(f"${name}" for name in row)
        connection.execute(f"insert into ops.{table} ({names}) values ({values})", row)
