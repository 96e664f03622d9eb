"""One feed's night: what is new at its source, through landing and contract, into raw or quarantine.

`ingest_feed` is the one door for records. Batches are loaded one by one, each in a transaction of its own with its line in the ledger; a
source that cannot be read is a problem to report, not a reason to leave the others out.
"""

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import duckdb
import polars as pl

from pipelines.city import City, DatabaseSource, FeedProfile, FileSource
from pipelines.errors import ChengguanError, InputError, ProfileError
from pipelines.feeds import FEEDS
from pipelines.landing.batches import BatchWriter, batch_id, file_sha256, landed_header
from pipelines.landing.canonical import References, to_canonical
from pipelines.landing.contract import Judged, judge
from pipelines.landing.headers import check, meet, names_of
from pipelines.landing.load import Batch, load_batch
from pipelines.landing.privacy import hash_key, split
from pipelines.landing.store import first_row, write_connection
from pipelines.readers import Extract
from pipelines.readers.database import public_address, read_database, resolve_address
from pipelines.readers.files import read_file
from pipelines.settings import Settings


@dataclass
class FeedResult:
    """What one night brought of one feed. `known` counts sources whose content was loaded before."""

    feed: str
    batches: list[Batch] = field(default_factory=list)
    problems: list[ChengguanError] = field(default_factory=list)
    files_known: int = 0

    def total(self, column: str) -> int:
        """Sum of a ledger column (`rows_read`, …) over the batches."""
        return sum(getattr(batch, column) for batch in self.batches)

    @property
    def unknown_columns(self) -> list[str]:
        """The columns that the profile does not name, of all batches, each once."""
        return list(dict.fromkeys(name for batch in self.batches for name in batch.unknown_columns))


@dataclass(frozen=True)
class Door:
    """What every batch of one feed needs on its way in."""

    settings: Settings
    city: City
    profile: FeedProfile
    as_of: dt.date
    key: bytes
    references: References


def ingest_feed(
    settings: Settings, city: City, feed: str, as_of: dt.date, paths: list[Path] | None = None
) -> FeedResult:
    """Reads what is new of a feed and loads it. `paths` names files instead of looking into the inbox.

    Returns the batches and the problems. Raises ProfileError where the city has no such feed and SetupError or BusyError where the
    warehouse cannot be written.
    """
    if feed in city.broken:
        raise city.broken[feed]
    if feed not in city.feeds:
        raise ProfileError(
            "该城市没有这个数据源", f"the city has no feed '{feed}'", file=city.folder / "feeds", value=feed,
            remedy_zh=f"可用的数据源：{'、'.join(city.feeds)}", remedy_en=f"the feeds are: {', '.join(city.feeds)}",
        )  # fmt: skip
    door = Door(settings, city, city.feeds[feed], as_of, hash_key(settings), References(city))
    result = FeedResult(feed)
    with write_connection(settings, city.facts.time_zone) as connection:
        if isinstance(door.profile.source, DatabaseSource):
            _attempt(result, partial(_ingest_database, door, connection, result))
        else:
            for path in paths if paths is not None else _new_files(door, door.profile.source, result):
                _attempt(result, partial(_ingest_file, door, connection, path, result))
    return result


def _attempt(result: FeedResult, step: Callable[[], None]) -> None:
    try:
        step()
    except ChengguanError as problem:
        result.problems.append(problem)


def _new_files(door: Door, source: FileSource, result: FeedResult) -> list[Path]:
    """The inbox's files of this feed by name; none at all is a problem, since a whole source is away then."""
    inbox = door.settings.inbox_dir
    found = sorted({path for pattern in source.files for path in inbox.glob(pattern) if path.is_file()})
    found = [path for path in found if not path.name.startswith(("~$", "."))]
    if not found:
        missing = InputError(
            "收件箱里没有该数据源的文件", f"the inbox has no file of the feed {result.feed}", file=inbox / source.files[0],
            remedy_zh="确认来源单位已投递；或用 CHENGGUAN_INBOX 指定收件箱",
            remedy_en="see that the source has delivered; CHENGGUAN_INBOX names the inbox",
        )  # fmt: skip
        result.problems.append(missing)
    return found


def _ingest_file(door: Door, connection: duckdb.DuckDBPyConnection, path: Path, result: FeedResult) -> None:
    assert isinstance(door.profile.source, FileSource)
    inbox = door.settings.inbox_dir
    name = str(path.relative_to(inbox)) if path.is_relative_to(inbox) else path.name
    if not path.is_file():
        raise InputError(
            "文件不存在", "the file does not exist", file=path,
            remedy_zh="检查路径", remedy_en="check the path",
        )  # fmt: skip
    digest = file_sha256(path)
    batch = batch_id(result.feed, digest)
    if _is_known(connection, batch):
        result.files_known += 1
        return
    extract = read_file(path, door.profile.source, name, names_of(door.profile))
    # An export cannot hold what happened after it was written; the night may be for an earlier day than that.
    written = dt.datetime.fromtimestamp(path.stat().st_mtime, door.city.zone).date()
    horizon = max(door.as_of, written)
    line = Batch(batch, result.feed, name, "file", digest, door.as_of, horizon, encoding=extract.encoding)
    if _take_in(door, connection, extract, line):
        result.batches.append(line)


def _ingest_database(door: Door, connection: duckdb.DuckDBPyConnection, result: FeedResult) -> None:
    source = door.profile.source
    assert isinstance(source, DatabaseSource)
    inbox = door.settings.inbox_dir
    name = public_address(resolve_address(source, inbox), inbox)
    now = dt.datetime.now(door.city.zone).replace(tzinfo=None)
    end = min(dt.datetime.combine(door.as_of + dt.timedelta(days=1), dt.time()), now)
    window_to = end.strftime("%Y-%m-%d %H:%M:%S")
    row = first_row(
        connection,
        "select max(window_to) from ops.ledger where feed = $feed and source = $source",
        {"feed": result.feed, "source": name},
    )
    window_from = row[0] if row else None
    if window_from is not None and window_from >= window_to:
        return
    extract = read_database(source, inbox, window_from, window_to)
    line = Batch(
        "", result.feed, name, "database", "", door.as_of, door.as_of, window_from=window_from, window_to=window_to
    )
    if _take_in(door, connection, extract, line):
        result.batches.append(line)


def _take_in(door: Door, connection: duckdb.DuckDBPyConnection, extract: Extract, line: Batch) -> bool:
    """Lands the extract, judges its rows and loads them; nothing of it stays where that fails. False where it brought nothing new."""
    started = time.perf_counter()
    feed = FEEDS[line.feed]
    line.unknown_columns = check(door.profile, extract.headers, line.source)
    line.template = meet(door.profile, extract.header).version
    writer = BatchWriter(door.settings, line.feed)
    keys = reference_keys(door.references, line.feed)
    judged: list[Judged] = []
    try:
        for chunk in extract.chunks:
            landed, vaulted = split(chunk, extract.header, door.profile, door.key)
            writer.write(chunk, landed, vaulted)
            canonical = to_canonical(landed, landed_header(landed), door.profile, door.references)
            judged.append(judge(canonical, feed, keys, line.horizon_on))
    except BaseException:
        writer.discard()
        raise
    if writer.rows == 0:
        writer.discard()
        if line.source_kind == "database":
            return False
        raise InputError(
            "文件只有表头、没有记录", "the file has a header but no record", file=line.source,
            remedy_zh="确认来源单位导出的日期范围", remedy_en="check the range of dates that the source exported",
        )  # fmt: skip
    if line.source_kind == "database":
        line.content_sha256 = writer.content_sha256
        line.batch_id = batch_id(line.feed, f"{line.window_from}\0{line.window_to}\0{line.content_sha256}")
        if _is_known(connection, line.batch_id):
            writer.discard()
            return False
    writer.commit(line.batch_id)
    line.rows_skipped = sum(extract.skipped.values())
    line.city = door.city.facts.id
    load_batch(connection, feed, line, judged, started)
    return True


def reference_keys(references: References, feed: str) -> dict[tuple[str, ...], pl.DataFrame]:
    """{(table, columns…): the keys that exist} for every reference of the feed's fields."""
    keys: dict[tuple[str, ...], pl.DataFrame] = {}
    for spec in FEEDS[feed].fields.values():
        if spec.reference_table:
            table = references.table(spec.reference_table)
            if set(spec.reference_columns) <= set(table.columns):
                keys[spec.reference_table, *spec.reference_columns] = table.select(spec.reference_columns).unique()
    return keys


def _is_known(connection: duckdb.DuckDBPyConnection, batch: str) -> bool:
    return first_row(connection, "select 1 from ops.ledger where batch_id = $batch", {"batch": batch}) is not None
