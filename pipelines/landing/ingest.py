"""One feed's night: what is new at its source, through landing and contract, into raw or quarantine.

`ingest_feed` is the one door for records. Batches are loaded one by one, each in a transaction of its own with its line in the ledger; a
source that cannot be read is a problem to report, not a reason to leave the others out. What happens to one batch stands in `door`, where
the windows of databases and servers begin and end in `windows`.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import duckdb

from pipelines.city import City, DatabaseSource, FileSource, Open311Source
from pipelines.errors import ChengguanError, InputError
from pipelines.landing.batches import batch_id
from pipelines.landing.canonical import References
from pipelines.landing.door import Door, is_known, take_in
from pipelines.landing.erased import erased
from pipelines.landing.hashed import sha256_of
from pipelines.landing.headers import names_of
from pipelines.landing.load import Batch
from pipelines.landing.privacy import hash_key
from pipelines.landing.store import write_connection
from pipelines.landing.sweep import sweep
from pipelines.landing.windows import database_window, open311_windows
from pipelines.quality.history import decision_of
from pipelines.readers.faults import Unsettled, away, changed, still_written
from pipelines.readers.files import read_file
from pipelines.readers.settled import has_final_name, is_being_written, state_of
from pipelines.settings import Settings


@dataclass
class FeedResult:
    """What one night brought of one feed. `files_known` counts those whose content was loaded before, `left` names those that are not whole yet."""

    feed: str
    batches: list[Batch] = field(default_factory=list)
    problems: list[ChengguanError] = field(default_factory=list)
    files_known: int = 0
    left: list[str] = field(default_factory=list)

    def total(self, column: str) -> int:
        """Sum of a ledger column (`rows_read`, …) over the batches."""
        return sum(getattr(batch, column) for batch in self.batches)

    @property
    def unknown_columns(self) -> list[str]:
        """The columns that the profile does not name, of all batches, each once."""
        return list(dict.fromkeys(name for batch in self.batches for name in batch.unknown_columns))


def ingest_feed(
    settings: Settings, city: City, feed: str, as_of: dt.date, paths: list[Path] | None = None
) -> FeedResult:
    """Reads what is new of a feed and loads it. `paths` names files instead of looking into the inbox.

    Returns the batches and the problems. Raises ProfileError where the city has no such feed and SetupError or BusyError where the
    warehouse cannot be written.
    """
    door = Door(
        settings, city, city.profile_of(feed), as_of, hash_key(settings), References(city), erased(settings, feed)
    )
    result = FeedResult(feed)
    with write_connection(settings, city.facts.time_zone) as connection:
        sweep(settings, connection, feed)
        match door.profile.source:
            case DatabaseSource() as source:
                _attempt(result, partial(_keep, result, database_window(door, connection, source)))
            case Open311Source() as source:
                _attempt(result, partial(_keep, result, open311_windows(door, connection, source)))
            case FileSource() as source:
                for path in paths if paths is not None else _new_files(door, source, result):
                    _attempt(
                        result, partial(_ingest_file, door, connection, path, result), is_asked_for=paths is not None
                    )
    return result


def _attempt(result: FeedResult, step: Callable[[], None], *, is_asked_for: bool = False) -> None:
    try:
        step()
    except Unsettled as problem:
        # Nothing is wrong with it, and the next night takes it; only who asked for this very file must know at once.
        if is_asked_for:
            result.problems.append(problem)
        else:
            result.left.append(problem.where["file"])
    except ChengguanError as problem:
        result.problems.append(problem)


def _keep(result: FeedResult, batches: Iterator[Batch]) -> None:
    """Takes the batches as they come: those before a problem are loaded, whatever comes after them."""
    for batch in batches:
        result.batches.append(batch)


def _new_files(door: Door, source: FileSource, result: FeedResult) -> list[Path]:
    """The inbox's files of this feed by name; none at all is a problem, since a whole source is away then."""
    inbox = door.settings.inbox_dir
    found = sorted({path for pattern in source.files for path in inbox.glob(pattern) if path.is_file()})
    found = [path for path in found if has_final_name(path)]
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
    try:
        if is_being_written(path):
            raise still_written(name)
        before = state_of(path)
        digest = sha256_of(connection, path, before)
    except OSError as error:
        raise away(name, error) from error
    batch = batch_id(result.feed, digest)
    decision = decision_of(connection, batch, result.feed, name, is_window=False)
    if is_known(connection, batch) or (decision is not None and decision.decision == "reject"):
        result.files_known += 1
        return
    extract = read_file(path, door.profile.source, name, names_of(door.profile))
    try:
        if state_of(path) != before:
            raise changed(name)  # what is read would not be what was hashed
    except OSError as error:
        raise away(name, error) from error
    # An export cannot hold what happened after it was written; the night may be for an earlier day than that.
    written = dt.datetime.fromtimestamp(before[1] / 1e9, door.city.zone).date()
    horizon = max(door.as_of, written)
    line = Batch(batch, result.feed, name, "file", digest, door.as_of, horizon, encoding=extract.encoding)
    if take_in(door, connection, extract, line):
        result.batches.append(line)
