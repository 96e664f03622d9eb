"""One batch on its way in: landed, judged by the contract, loaded with its line in the ledger.

Belongs here: the order of these steps, and that nothing of a batch stays where one of them fails. What there is to take in stands in
`ingest` (files) and `windows` (databases, servers).
"""

import datetime as dt
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

import duckdb
import polars as pl

from pipelines.city import City, FeedProfile
from pipelines.errors import InputError
from pipelines.feeds import FEEDS
from pipelines.landing.ahead import ahead
from pipelines.landing.batches import BatchWriter, batch_id, landed_header, landed_parts, landing_path
from pipelines.landing.canonical import Canonical, References, to_canonical
from pipelines.landing.contract import Judged, judge
from pipelines.landing.erased import Erased
from pipelines.landing.headers import check, meet
from pipelines.landing.load import Batch, load_batch
from pipelines.landing.privacy import split
from pipelines.landing.store import first_row
from pipelines.landing.unchanged import Known
from pipelines.quality.held import HeldError
from pipelines.quality.weighing import Weighing
from pipelines.readers import ROW, Extract
from pipelines.settings import Settings


@dataclass(frozen=True)
class Door:
    """What every batch of one feed needs on its way in."""

    settings: Settings
    city: City
    profile: FeedProfile
    as_of: dt.date
    key: bytes
    references: References
    erased: Erased


def take_in(door: Door, connection: duckdb.DuckDBPyConnection, extract: Extract, line: Batch) -> bool:
    """Lands the extract, judges its rows and loads them; nothing of it stays where that fails. False where it brought nothing new.

    Rows go through in the chunks in which they were read: a batch need not fit into memory. Those of a file are judged and loaded while it
    lands; a window lands as a whole before, since its name comes of what it brought.
    """
    started = time.perf_counter()
    feed = FEEDS[line.feed]
    keys = reference_keys(door.references, line.feed)
    line.city = door.city.facts.id

    def canonical(landed: pl.DataFrame) -> Canonical:
        return to_canonical(landed, landed_header(landed), door.profile, door.references)

    def judged(landed: pl.DataFrame, also: Callable[[Canonical, Judged], None] = lambda *_: None) -> Judged:
        rows = canonical(landed)
        found = judge(rows, feed, keys, line.horizon_on)
        also(rows, found)
        return found

    def as_landed() -> Generator[pl.DataFrame]:
        return landed_parts(landing_path(door.settings, line.feed, line.batch_id))

    weighing = Weighing(connection, door.profile, line, extract, lambda: map(canonical, as_landed()))
    writer = BatchWriter(door.settings, line.feed, is_hashed=line.window_to is not None)
    try:
        if line.window_to is None:
            parts = _file_landing(door, extract, line, writer)
        else:
            known = Known(connection, feed)
            has_news = _window_landed(
                door, extract, line, writer,
                unchanged=lambda landed: [] if known.nothing else known.unchanged(judged(landed)),
            )  # fmt: skip
            if not has_news or is_known(connection, line.batch_id):
                writer.discard()
                return False
            writer.commit(line.batch_id)
            parts = as_landed()
        judging = ahead(judged(part, weighing.add) for part in parts)
        with closing(parts), closing(judging) as rows:
            load_batch(connection, feed, line, rows, started, along=weighing.settle)
    except BaseException as problem:
        writer.discard()
        if isinstance(problem, HeldError):
            weighing.write_down()
        raise
    return True


def _file_landing(door: Door, extract: Extract, line: Batch, writer: BatchWriter) -> Generator[pl.DataFrame]:
    """A file's rows chunk by chunk, each when it is written; after the last one the landing copy has its name."""
    with _forms(door, extract, line) as chunks:
        for chunk, landed, vaulted in chunks:
            writer.write(chunk, landed, vaulted)
            yield landed.cast({pl.Null: pl.String})  # as it would be read from the landing copy
    if not writer.rows:
        raise InputError(
            "文件只有表头、没有记录", "the file has a header but no record", file=line.source,
            remedy_zh="确认来源单位导出的日期范围", remedy_en="check the range of dates that the source exported",
        )  # fmt: skip
    line.rows_skipped = sum(extract.skipped.values())
    writer.commit(line.batch_id)


def _window_landed(
    door: Door, extract: Extract, line: Batch, writer: BatchWriter, unchanged: Callable[[pl.DataFrame], list[int]]
) -> bool:
    """Writes what a window brought, and what comes of it: hash and name. False where all of it is `unchanged` (`_source_row`)."""
    with _forms(door, extract, line) as chunks:
        for chunk, landed, vaulted in chunks:
            old = unchanged(landed)
            if old:
                extract.skipped["unchanged"] = extract.skipped.get("unchanged", 0) + len(old)
            news = ~chunk[ROW].is_in(old)
            if news.any():
                writer.write(chunk.filter(news), landed.filter(news), vaulted.filter(news))
    line.rows_skipped = sum(extract.skipped.values())
    line.content_sha256 = writer.content_sha256
    line.batch_id = batch_id(line.feed, f"{line.window_from}\0{line.window_to}\0{line.content_sha256}")
    return writer.rows > 0


@contextmanager
def _forms(
    door: Door, extract: Extract, line: Batch
) -> Iterator[Iterator[tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]]]:
    """Each chunk of the extract as it was read, as it lands, and what of it goes to the vault; refuses a header that does not do.

    The source is let go of at once where it is not read to its end: a problem that is kept keeps what it came of.
    """

    def forms(chunks: Iterator[pl.DataFrame]) -> Iterator[tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]]:
        for chunk in chunks:
            landed, vaulted = split(chunk, extract.header, door.profile, door.key)
            yield chunk, *door.erased.blank(landed, vaulted, extract.header, door.profile)

    try:
        with closing(ahead(extract.chunks)) as chunks, closing(ahead(forms(chunks))) as formed:
            line.unknown_columns = check(door.profile, extract.headers, line.source)
            line.template = meet(door.profile, extract.header).version
            yield formed
    finally:
        close = getattr(extract.chunks, "close", None)
        if close is not None:
            close()


def reference_keys(references: References, feed: str) -> dict[tuple[str, ...], pl.DataFrame]:
    """{(table, columns…): the keys that exist} for every reference of the feed's fields."""
    keys: dict[tuple[str, ...], pl.DataFrame] = {}
    for spec in FEEDS[feed].fields.values():
        if spec.reference_table:
            table = references.table(spec.reference_table)
            if set(spec.reference_columns) <= set(table.columns):
                keys[spec.reference_table, *spec.reference_columns] = table.select(spec.reference_columns).unique()
    return keys


def is_known(connection: duckdb.DuckDBPyConnection, batch: str) -> bool:
    """Whether the ledger has a line of this batch."""
    return first_row(connection, "select 1 from ops.ledger where batch_id = $batch", {"batch": batch}) is not None
