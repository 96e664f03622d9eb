"""Ledger, raw and quarantine made anew: every landing copy of the ledger goes once more through contract and load, in the order in which it came.

Belongs here: what is different from a first load. Nothing is read from a source and nothing is judged as a whole; batches keep their numbers,
days and times; what stewards decided is put back. Rows are judged by the profile and the contract of today: a batch of which that makes
something else is told.
"""

import datetime as dt
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb
import polars as pl

from pipelines.city import City
from pipelines.errors import SetupError
from pipelines.feeds import FEEDS
from pipelines.landing.batches import landed_header, landed_parts, landing_path
from pipelines.landing.canonical import References, to_canonical
from pipelines.landing.contract import Judged, judge
from pipelines.landing.door import reference_keys
from pipelines.landing.load import Batch, load_batch, supersede
from pipelines.landing.quarantine import row_id
from pipelines.readers.base import ROW, SHEET
from pipelines.settings import Settings
from pipelines.steward.fields import desk_profile
from pipelines.upkeep.told import Told

#: Columns of the ledger that the load makes; all others are as they were told.
_MADE = (
    "rows_read",
    "rows_loaded",
    "rows_quarantined",
    "rows_dismissed",
    "rows_superseded",
    "first_record_on",
    "last_record_on",
)
_COUNTS = ("rows_read", "rows_loaded", "rows_quarantined", "rows_superseded")


@dataclass
class Rebuilt:
    """What became of the batches: `loaded` from landing, `carried` out of the old build file since their landing copy was removed, `left_out`
    for lack of both, `judged_otherwise` (source: what changed) by today's profile, `unknown` landing copies that no ledger speaks of."""

    told: Told
    loaded: int = 0
    carried: int = 0
    rows: int = 0
    left_out: list[str] = field(default_factory=list)
    judged_otherwise: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def rebuild_batches(
    settings: Settings, city: City, connection: duckdb.DuckDBPyConnection, told: Told, *, accept_loss: bool
) -> Rebuilt:
    """Fills the connection's tables, which are new. Raises SetupError, naming them, where batches would be lost and nobody has accepted that."""
    lines = _lines(connection, told)
    done = Rebuilt(told, unknown=_unknown(settings, lines, told))
    gone = [line for line in lines if not landing_path(settings, line.feed, line.batch_id).is_file()]
    held = _held(connection, told)
    lost = [line for line in gone if line.batch_id not in held]
    if (lost or done.unknown) and not accept_loss:
        raise _would_be_lost(settings, lost, done.unknown)
    done.left_out = [f"{line.feed}: {line.source}" for line in lost]
    _put_back(connection, told)
    references = References(city)
    without = {line.batch_id for line in gone}
    for line in lines:
        if line.batch_id not in without:
            _load(settings, city, connection, references, line)
            done.loaded += 1
        elif line.batch_id in held:
            _carry(connection, told, line)
            done.carried += 1
    _balance(connection, told)
    done.judged_otherwise = _judged_otherwise(connection, told)
    [(done.rows,)] = connection.execute("select coalesce(sum(rows_read), 0)::bigint from ops.ledger").fetchall()
    return done


def _lines(connection: duckdb.DuckDBPyConnection, told: Told) -> list[Batch]:
    """The ledger as it was told, in the order of loading; what the load makes is left to it."""
    asked = connection.execute(f"select * from {told.tables['ops.ledger']} order by batch_seq")
    names = [column[0] for column in asked.description or []]
    known = set(Batch.__dataclass_fields__) - set(_MADE) - {"findings"}
    return [
        Batch(**{name: _given(name, value) for name, value in zip(names, row, strict=True) if name in known})
        for row in asked.fetchall()
    ]


def _given(name: str, value: Any) -> Any:
    return value or [] if name == "unknown_columns" else value


def _held(connection: duckdb.DuckDBPyConnection, told: Told) -> set[str]:
    """The batches whose rows stand in an old build file that can be read."""
    asked = "select batch_id from old.ops.ledger" if told.has_rows else "select batch_id from ops.ledger"
    return {batch for (batch,) in connection.execute(asked).fetchall()}


def _unknown(settings: Settings, lines: Sequence[Batch], told: Told) -> list[str]:
    """Landing copies that a release, which ends with its day, cannot speak of. Beside a build file or books they are a killed night's."""
    if told.kind != "release":
        return []
    known = {(line.feed, line.batch_id) for line in lines}
    held = settings.landing.glob("*/*.parquet")
    return sorted(str(path) for path in held if (path.parent.name, path.stem) not in known)


def _would_be_lost(settings: Settings, lost: Sequence[Batch], unknown: Sequence[str]) -> SetupError:
    rows = [f"{line.feed}: {line.source} ({line.loaded_for_on})" for line in lost] + list(unknown)
    return SetupError(
        f"重建会丢失 {len(rows)} 批数据：其落地副本已删除或账册不知其来历，旧建库文件又读不出",
        f"a rebuild would lose {len(rows)} batches: their landing copies are gone or no ledger knows them, and the old build file cannot be read",
        file=settings.build_db, also=rows[:20],
        remedy_zh="先用 chengguan restore 从备份取回建库文件；确认可以不要这些批次时加 --accept-loss（来源文件仍在收件箱的会重新读入）",
        remedy_en="take the build file from a backup first; --accept-loss goes on without them (what still lies in the inbox is read again)",
    )  # fmt: skip


def _put_back(connection: duckdb.DuckDBPyConnection, told: Told) -> None:
    """Every told table but the ledger, which the loads write line by line."""
    connection.execute("create schema if not exists core")
    there = {f"{a}.{b}" for a, b in connection.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = current_database()").fetchall()}  # fmt: skip
    for name, at in told.tables.items():
        if name in ("ops.ledger", "ops.build_state"):
            continue
        if name in there:
            connection.execute(f"insert into {name} by name select * from {at}")
        else:
            connection.execute(f"create table {name} as select * from {at}")


def _load(
    settings: Settings, city: City, connection: duckdb.DuckDBPyConnection, references: References, line: Batch
) -> None:
    feed, profile = FEEDS[line.feed], city.profile_of(line.feed)
    is_replay = line.source_kind == "replay"
    if is_replay:
        profile = desk_profile(profile)
    keys = reference_keys(references, line.feed)

    def judged(part: pl.DataFrame, horizon: dt.date) -> Judged:
        return judge(to_canonical(part, landed_header(part), profile, references), feed, keys, horizon)

    def parts() -> Any:
        for part in landed_parts(landing_path(settings, line.feed, line.batch_id)):
            if not is_replay:
                yield judged(part, line.horizon_on)
                continue
            # Each mended row may be of the night it came with first, if that is later than the replay's.
            horizons = _horizons(connection, line, part)
            for horizon in sorted(set(horizons)):
                yield judged(part.filter(pl.Series([one == horizon for one in horizons])), horizon)

    load_batch(connection, feed, line, parts(), time.perf_counter())


def _horizons(connection: duckdb.DuckDBPyConnection, line: Batch, part: pl.DataFrame) -> list[dt.date]:
    came_with = dict(
        connection.execute(
            "select actions.by_row_id, ledger.horizon_on from ops.quarantine_actions as actions "
            "inner join ops.ledger as ledger on actions.batch_id = ledger.batch_id where actions.by_batch_id = $batch",
            {"batch": line.batch_id},
        ).fetchall()
    )
    names = [row_id(line.batch_id, sheet, row) for sheet, row in part.select(SHEET, ROW).iter_rows()]
    return [max(line.loaded_for_on, came_with.get(name, line.horizon_on)) for name in names]


def _carry(connection: duckdb.DuckDBPyConnection, told: Told, line: Batch) -> None:
    """The rows of a batch without a landing copy, out of the old build file; which version holds is found anew."""
    connection.begin()
    for schema, unmarked in (
        ("raw", " replace (null as _superseded_by_seq, null as _superseded_for_on)"),
        ("quarantine", ""),
    ):
        connection.execute(
            f"insert into {schema}.{line.feed} by name select *{unmarked} from old.{schema}.{line.feed} "
            "where _batch_id = $batch order by rowid",
            {"batch": line.batch_id},
        )
    connection.execute(
        f"insert into ops.ledger by name select * from {told.tables['ops.ledger']} where batch_id = $batch",
        {"batch": line.batch_id},
    )
    supersede(connection, FEEDS[line.feed], line)
    connection.commit()


def _balance(connection: duckdb.DuckDBPyConnection, told: Told) -> None:
    """The ledger's lines as they were told but for what was counted anew, and refused rows that were set aside as such."""
    columns = [name for name, *_ in connection.execute(f"describe {told.tables['ops.ledger']}").fetchall()]
    held = {name for name, *_ in connection.execute("describe ops.ledger").fetchall()}
    same = [
        name for name in columns if name in held and name not in (*_MADE, "batch_id", "batch_seq", "unknown_columns")
    ]
    connection.begin()
    connection.execute(
        f"update ops.ledger as line set {', '.join(f'{name} = was.{name}' for name in same)} "
        f"from {told.tables['ops.ledger']} as was where line.batch_id = was.batch_id"
    )
    connection.execute(
        """
        with aside as (select batch_id, count(*) as n from ops.quarantine_now where status = 'dismissed' group by batch_id)
        update ops.ledger as line set rows_dismissed = aside.n, rows_quarantined = line.rows_quarantined + line.rows_dismissed - aside.n
        from aside where line.batch_id = aside.batch_id
        """
    )
    connection.commit()


def _judged_otherwise(connection: duckdb.DuckDBPyConnection, told: Told) -> list[str]:
    differs = " or ".join(f"line.{name} <> was.{name}" for name in _COUNTS)
    rows = connection.execute(
        f"select line.feed, line.source, was.rows_loaded, line.rows_loaded, was.rows_quarantined, line.rows_quarantined "
        f"from ops.ledger as line inner join {told.tables['ops.ledger']} as was on line.batch_id = was.batch_id "
        f"where {differs} order by line.batch_seq"
    ).fetchall()
    return [f"{feed}: {source}: loaded {a} → {b}, quarantined {c} → {d}" for feed, source, a, b, c, d in rows]
