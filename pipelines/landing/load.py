"""One batch into raw and quarantine, with its line in the ledger, in one transaction.

Also here: which version of a record holds. Every version stays; a superseded one is marked with the batch and the night that
superseded it, so that the warehouse as of any night can be seen again.
"""

import datetime as dt
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, field

import duckdb
import polars as pl

from pipelines import __version__
from pipelines.feeds import Feed
from pipelines.landing.contract import Judged
from pipelines.landing.store import first_row


@dataclass
class Batch:
    """One line of the ledger (`ops.ledger`); counts are rows, `loaded_for_on` is the as-of date of the night.

    `horizon_on` is the last day that a record of the batch could be of: the night's, or that on which the file was written if that is later.
    `rows_quarantined` are refused rows that wait or were replaced, `rows_dismissed` those that a steward has set aside since:
    read = loaded + quarantined + dismissed. `template` is the version of the template that the columns were read by, `unknown_columns`
    what the profile does not name. `findings`, which the ledger does not keep (`ops.batch_verdicts` does), are what is unusual about the
    batch as a whole.
    """

    batch_id: str
    feed: str
    source: str
    source_kind: str
    content_sha256: str
    loaded_for_on: dt.date
    horizon_on: dt.date
    batch_seq: int = 0
    rows_read: int = 0
    rows_skipped: int = 0
    rows_loaded: int = 0
    rows_quarantined: int = 0
    rows_dismissed: int = 0
    rows_superseded: int = 0
    loaded_at_utc: dt.datetime | None = None
    first_record_on: dt.date | None = None
    last_record_on: dt.date | None = None
    window_from: str | None = None
    window_to: str | None = None
    encoding: str | None = None
    template: str | None = None
    unknown_columns: list[str] = field(default_factory=list)
    code_version: str = __version__
    seconds: float = 0.0
    city: str = ""
    findings: list[dict[str, str]] = field(default_factory=list)


def load_batch(
    connection: duckdb.DuckDBPyConnection,
    feed: Feed,
    line: Batch,
    judged: Iterable[Judged],
    started: float,
    *,
    along: Callable[[], None] = lambda: None,
) -> None:
    """Writes the judged rows and completes `line`. Either all of it is in the warehouse afterwards or nothing.

    `along` comes last in the transaction: it writes what belongs to it, or refuses the batch by raising. A batch that is loaded anew keeps
    its number.
    """
    connection.begin()
    try:
        line.batch_seq = line.batch_seq or _next_seq(connection)
        for part in judged:
            _insert(connection, f"raw.{feed.name}", part.loaded, line)
            _insert(connection, f"quarantine.{feed.name}", part.quarantined, line)
            line.rows_loaded += part.loaded.height
            line.rows_quarantined += part.quarantined.height
            _widen(line, part.loaded[feed.event_on])
        line.rows_read = line.rows_loaded + line.rows_quarantined
        line.rows_superseded = supersede(connection, feed, line)
        line.loaded_at_utc = dt.datetime.now(dt.UTC).replace(tzinfo=None)
        line.seconds = round(time.perf_counter() - started, 3)
        values = {name: value for name, value in asdict(line).items() if name != "findings"}
        connection.execute(
            f"insert into ops.ledger ({', '.join(values)}) values ({', '.join(f'${name}' for name in values)})", values
        )
        along()
        connection.commit()
    except BaseException:
        # A commit that failed, on a full disk for one, has ended the transaction: nothing of it stays, and the first fault is the one to tell.
        with suppress(duckdb.TransactionException):
            connection.rollback()
        raise


def _next_seq(connection: duckdb.DuckDBPyConnection) -> int:
    row = first_row(connection, "select coalesce(max(batch_seq), 0) + 1 from ops.ledger")
    assert row is not None
    return int(row[0])


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: pl.DataFrame, line: Batch) -> None:
    if rows.is_empty():
        return
    enums = [name for name, dtype in rows.schema.items() if isinstance(dtype, pl.Enum)]
    stamped = rows.with_columns(
        pl.col(enums).cast(pl.String),
        pl.lit(line.batch_id).alias("_batch_id"),
        pl.lit(line.batch_seq).alias("_batch_seq"),
        pl.lit(line.loaded_for_on).alias("_loaded_for_on"),
    )
    names = ", ".join(f'"{name}"' for name in stamped.columns)
    connection.register("incoming", stamped.to_arrow())
    connection.execute(f"insert into {table} ({names}) select {names} from incoming")
    connection.unregister("incoming")


def _widen(line: Batch, events: pl.Series) -> None:
    days = events.cast(pl.Date).drop_nulls()
    if days.is_empty():
        return
    first, last = days.min(), days.max()
    assert isinstance(first, dt.date) and isinstance(last, dt.date)
    line.first_record_on = min(first, line.first_record_on or first)
    line.last_record_on = max(last, line.last_record_on or last)


def supersede(connection: duckdb.DuckDBPyConnection, feed: Feed, line: Batch) -> int:
    """Leaves one current version of each record that the batch touched; gives the number of versions that gave way.

    The latest by the source's own version holds, else the one loaded last. A version gives way for the later of the two nights, the winner's
    and its own: before that night one of the two was not known yet.
    """
    version = f"{feed.version} desc, " if feed.version else ""
    done = first_row(
        connection,
        f"""
        with ranked as (
            select rowid as at, {feed.key} as record, _batch_seq as seq, _loaded_for_on as night,
                row_number() over (
                    partition by {feed.key} order by {version}_batch_seq desc, _source_row desc, rowid desc
                ) as place
            from raw.{feed.name}
            where _superseded_for_on is null
                and {feed.key} in (select {feed.key} from raw.{feed.name} where _batch_seq = $seq)
        ),
        giving_way as (
            select loser.at, winner.seq, greatest(winner.night, loser.night) as night
            from ranked as loser inner join ranked as winner on loser.record = winner.record and winner.place = 1
            where loser.place > 1
        )
        update raw.{feed.name} as versions
        set _superseded_by_seq = giving_way.seq, _superseded_for_on = giving_way.night
        from giving_way
        where versions.rowid = giving_way.at
        """,
        {"seq": line.batch_seq},
    )
    return int(done[0]) if done else 0
