"""Mended rows back through the door: landing, contract, raw or quarantine, ledger and the stewards' log, in one transaction a feed.

Belongs here: which mended rows may go, and what is different from a source's file: columns are canonical fields, and a person whose mask
was left alone keeps the hash under which he is known. A row that is still wrong is refused again, under a name of its own; the row
that it came from is replaced in any case, so that never both wait.
"""

import datetime as dt
import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import polars as pl

from pipelines.city import City
from pipelines.errors import InputError
from pipelines.feeds import FEEDS
from pipelines.landing.batches import BatchWriter, batch_id, landed_header
from pipelines.landing.canonical import References, to_canonical
from pipelines.landing.contract import judge
from pipelines.landing.door import reference_keys
from pipelines.landing.erased import erased
from pipelines.landing.load import Batch, load_batch
from pipelines.landing.privacy import HASH, MASK, hash_key, personal_kind, split
from pipelines.landing.quarantine import log, row_id
from pipelines.landing.store import write_connection
from pipelines.readers.base import ROW, SHEET, UNREADABLE
from pipelines.settings import Settings
from pipelines.steward.fields import desk_profile
from pipelines.steward.mended import MendedRow, Sheet, read_workbook
from pipelines.steward.persons import Person, persons_of


@dataclass(frozen=True)
class Skipped:
    """A changed row that was not replayed, and why."""

    row: MendedRow
    zh: str
    en: str


@dataclass
class Replayed:
    """What became of one sheet. `batch` is None where nothing of it was replayed."""

    feed: str
    unchanged: int
    skipped: list[Skipped]
    batch: Batch | None = None
    rows: list[MendedRow] = field(default_factory=list)


def replay(settings: Settings, city: City, path: Path, day: dt.date, by: str, *, force: bool = False) -> list[Replayed]:
    """Reads a mended workbook and loads its changed rows for the business day. `force` also takes rows of which a later batch brought a good
    version; the mended one then counts as the newer.

    Raises InputError where the workbook cannot be read as it is, and then nothing has changed.
    """
    if not by.strip():
        raise InputError(
            "请写明是谁改正的", "say who mended the rows", key="--by", value=by,
            remedy_zh="补上 --by", remedy_en="give --by",
        )  # fmt: skip
    with write_connection(settings, city.facts.time_zone) as connection:
        sheets = read_workbook(settings, city, connection, path)
        done = []
        for sheet in sheets:
            result = Replayed(sheet.feed, sheet.unchanged, [])
            for row in sheet.rows:
                reason = _kept_out(row, force)
                if reason:
                    result.skipped.append(Skipped(row, *reason))
                else:
                    result.rows.append(row)
            if result.rows:
                result.batch = _take_in(_Desk(settings, city, connection, path, day, by.strip()), sheet, result.rows)
            done.append(result)
        return done


def _kept_out(row: MendedRow, force: bool) -> tuple[str, str] | None:
    held = row.held
    if held.by_batch_id is not None:
        return (
            f"已由第 {held.replaced_by_seq} 批改正过；如新的一行仍有错，请重新导出",
            f"was mended before, by batch {held.replaced_by_seq}; if the new row is still wrong, export it again",
        )
    if held.status == "dismissed":
        return "已被搁置；先 undismiss 再改正", "was set aside; undismiss it first"
    if held.status == "replaced" and not force:
        return (
            f"同一记录已由第 {held.replaced_by_seq} 批正常入库；确要以改正值为准，加 --force",
            f"batch {held.replaced_by_seq} has brought this record since; --force lets the mended values count all the same",
        )
    return None


@dataclass(frozen=True)
class _Desk:
    """What the rows of every sheet need on their way in."""

    settings: Settings
    city: City
    connection: duckdb.DuckDBPyConnection
    path: Path
    day: dt.date
    by: str


def _take_in(desk: _Desk, sheet: Sheet, rows: Sequence[MendedRow]) -> Batch:
    started = time.perf_counter()
    feed, profile = FEEDS[sheet.feed], desk_profile(desk.city.profile_of(sheet.feed))
    references = References(desk.city)
    personal = [name for name in profile.columns if personal_kind(profile, name)]
    kept = [{name for name in personal if name not in row.changed and row.cells.get(name)} for row in rows]
    written = _frame(sheet, rows, list(profile.columns), kept)
    persons = persons_of(desk.settings, desk.city, [row.held for row, names in zip(rows, kept, strict=True) if names])
    landed, vaulted = split(written, list(profile.columns), profile, hash_key(desk.settings))
    landed = _with_persons(landed, rows, kept, persons)
    landed, vaulted = erased(desk.settings, sheet.feed).blank(landed, vaulted, list(profile.columns), profile)
    # Over hashes and masks: a digest over one person's number would give the number away.
    content = landed.drop(SHEET, ROW, UNREADABLE).insert_column(
        0, pl.Series("_from", [row.held.row_id for row in rows])
    )
    digest = hashlib.sha256(content.sort("_from").write_csv().encode()).hexdigest()
    night = max([desk.day, *(row.held.loaded_for_on for row in rows)])
    horizons = _horizons(desk.connection, rows, night)
    line = Batch(
        batch_id(sheet.feed, digest), sheet.feed, desk.path.name, "replay", digest, night, max(horizons),
        city=desk.city.facts.id,
    )  # fmt: skip
    keys = reference_keys(references, sheet.feed)
    judged = []
    for horizon in sorted(set(horizons)):
        part = landed.filter(pl.Series([one == horizon for one in horizons]))
        judged.append(judge(to_canonical(part, landed_header(part), profile, references), feed, keys, horizon))
    writer = BatchWriter(desk.settings, sheet.feed)
    try:
        writer.write(written, landed, vaulted)
    except BaseException:
        writer.discard()
        raise
    writer.commit(line.batch_id)
    load_batch(
        desk.connection, feed, line, judged, started, along=lambda: _log(desk, sheet.feed, line, rows)
    )  # fmt: skip
    return line


def _frame(sheet: Sheet, rows: Sequence[MendedRow], fields: Sequence[str], kept: Sequence[set[str]]) -> pl.DataFrame:
    """The rows as a reader gives them: a String column a field. A person that stays as he was is left out."""
    cells = {
        name: pl.Series(
            name,
            [None if name in names else row.cells.get(name) for row, names in zip(rows, kept, strict=True)],
            dtype=pl.String,
        )
        for name in fields
    }
    places = {
        SHEET: pl.Series([sheet.feed] * len(rows), dtype=pl.String),
        ROW: pl.Series([row.line for row in rows], dtype=pl.Int64),
        UNREADABLE: pl.Series([None] * len(rows), dtype=pl.String),
    }
    return pl.DataFrame({**places, **cells})


def _with_persons(
    landed: pl.DataFrame, rows: Sequence[MendedRow], kept: Sequence[set[str]], persons: dict[tuple[str, str], Person]
) -> pl.DataFrame:
    for name in sorted(set().union(*kept)):
        for at, suffix in enumerate((HASH, MASK)):
            column = landed[name + suffix].to_list()
            for place, (row, names) in enumerate(zip(rows, kept, strict=True)):
                if name in names:
                    column[place] = _person(persons, row, name)[at]
            landed = landed.with_columns(pl.Series(name + suffix, column, dtype=pl.String))
    return landed


def _person(persons: dict[tuple[str, str], Person], row: MendedRow, name: str) -> Person:
    if (row.held.row_id, name) not in persons:
        raise InputError(
            "落地副本中找不到这个人的列（配置可能改过）", "the landing copy has no column for this person; the profile may have changed since",
            sheet=row.held.feed, row=row.line, column=name, value=row.cells.get(name),
            remedy_zh="在该单元格填入原值", remedy_en="type the original value into this cell",
        )  # fmt: skip
    return persons[row.held.row_id, name]


def _horizons(connection: duckdb.DuckDBPyConnection, rows: Sequence[MendedRow], night: dt.date) -> list[dt.date]:
    """The last day that each row may be of: the night's, or that of the batch that it came with if that is later. When the workbook was
    written says nothing of when the records were made."""
    found = dict(connection.execute("select batch_id, horizon_on from ops.ledger").fetchall())
    return [max(night, found[row.held.batch_id]) for row in rows]


def _log(desk: _Desk, feed: str, line: Batch, rows: Sequence[MendedRow]) -> None:
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    log(
        desk.connection,
        (
            {"feed": feed, "batch_id": row.held.batch_id, "row_id": row.held.row_id, "action": "replaced", "acted_by": desk.by,
             "acted_for_on": line.loaded_for_on, "acted_at_utc": now, "by_batch_id": line.batch_id,
             "by_row_id": row_id(line.batch_id, feed, row.line)}
            for row in rows
        ),
    )  # fmt: skip
