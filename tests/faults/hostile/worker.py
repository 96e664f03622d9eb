"""Reads hostile files in a process of its own, with bounded memory and time, and says of each what became of it, one JSON line a file.

`python -m tests.faults.hostile.worker read FIRST LAST FOLDER` reads them only; `door` takes those that are files of the ledger of demolitions
through the whole door (landing, contract, raw, quarantine, ledger) of a home in FOLDER and counts at the end.
"""

import json
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from pipelines.city import DatabaseSource, FileSource, load_city
from pipelines.errors import ChengguanError
from pipelines.landing.conservation import check_conservation
from pipelines.landing.ingest import ingest_feed
from pipelines.readers.address import database_address
from pipelines.readers.database import read_database
from pipelines.readers.files import read_file
from pipelines.readers.georeport import NotUnderstood, Refused, records_of
from pipelines.readers.sql.windows import Night
from pipelines.settings import Settings
from tests.conftest import AS_OF, CITY, DEMOLITIONS
from tests.faults.hostile.files import HEADER, hostile
from tests.faults.hostile.telling import broken_by, peak_mib

MOST_BYTES, MOST_SECONDS = 6 << 30, 60
#: Files that are given to the door at once.
GROUP = 50
SOURCE = FileSource(kind="file", files=["*"], header_rows=[1])


class Hangs(Exception):
    """A file took longer than it may."""


def _too_long(_signal: int, _frame: object) -> None:
    raise Hangs


def watch() -> None:
    """From now on `limit` counts."""
    for sign in (signal.SIGALRM, signal.SIGPROF):
        signal.signal(sign, _too_long)


def limit(seconds: int) -> None:
    """So many seconds of the processor's time from now, and ten times as many on the clock: on a busy machine slow is not hanging. 0: no limit."""
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.alarm(10 * seconds)


def read(path: Path) -> int:
    """Rows of a file, however it is read. Raises only the project's errors, or it is a find."""
    if "open311" in path.name:
        try:
            return len(records_of(path.read_bytes(), path.suffix.removeprefix(".")))
        except (NotUnderstood, Refused):
            return -1
    if path.suffix == ".sqlite":
        return _read_sqlite(path)
    extract = read_file(path, SOURCE, path.name, HEADER)
    rows = [row for chunk in extract.chunks for row in zip(chunk["_source_sheet"], chunk["_source_row"], strict=True)]
    if len(set(rows)) != len(rows):
        raise AssertionError("two rows have one place")
    return len(rows)


def _read_sqlite(path: Path) -> int:
    source = DatabaseSource(
        kind="database", url="sqlite:///x", query="select * from ledger", cursor="stamp", timeout_seconds=30
    )
    address = database_address(f"sqlite:///{path}", path.parent)
    extract = read_database(source, address, Night(AS_OF, ZoneInfo("Asia/Shanghai")))
    return sum(chunk.height for chunk in extract.chunks) if extract else 0


def attempt(number: int, folder: Path, work: Callable[[Path], int]) -> None:
    name, content = hostile(number)
    path = folder / name
    path.write_bytes(content)
    print(json.dumps({"begins": name}), flush=True)
    began = time.monotonic()
    limit(MOST_SECONDS)
    told: dict[str, object]
    try:
        told = {"outcome": "read", "rows": work(path)}
    except ChengguanError as error:
        clear = bool(error.zh and error.en and error.remedy_zh and error.remedy_en)
        told = {"outcome": "refused" if clear else "unclear", "said": error.en[:200]}
    except BaseException as error:
        told = broken_by(error)
    finally:
        limit(0)
    print(json.dumps({"file": name, **told, "seconds": round(time.monotonic() - began, 2)}, default=str), flush=True)
    path.unlink()


def rows_of(path: Path, profile: FileSource) -> tuple[int, int]:
    """(records, rows that the profile tells to be totals) of a file."""
    extract = read_file(path, profile, path.name, HEADER)
    records = sum(chunk.height for chunk in extract.chunks)
    return records, sum(extract.skipped.get(beginning, 0) for beginning in profile.skip_rows_matching)


def door(first: int, last: int, folder: Path) -> None:
    """The files of the ledger through the whole door of one home. Read is counted twice: by the reader here, and from the ledger.

    Rows that the profile passes over (合计) are counted a third time, by a reader that passes over none: a mutation may well write such a row.
    """
    settings = _home(folder)
    city = load_city(settings)
    profile = city.profile_of("demolitions").source
    assert isinstance(profile, FileSource)
    read_here, given = 0, 0
    for begin in range(first, last, GROUP):
        paths = []
        for number in range(begin, min(begin + GROUP, last)):
            name, content = hostile(number)
            if "open311" in name or name.endswith(".sqlite"):
                continue
            path = settings.inbox_dir / name
            path.write_bytes(content)
            paths.append(path)
        given += len(paths)
        print(json.dumps({"begins": f"door {begin}"}), flush=True)
        limit(GROUP * MOST_SECONDS)
        try:
            result = ingest_feed(settings, city, "demolitions", AS_OF, paths)
        except BaseException as error:
            told = {
                "file": f"door {begin}",
                "outcome": "find",
                "said": f"{type(error).__name__}: {error}"[:300],
                "at": traceback.format_exc()[-2500:],
            }
            print(json.dumps(told), flush=True)
            return
        finally:
            limit(0)
        for batch in result.batches:
            path = settings.inbox_dir / batch.source
            records, totals = rows_of(path, profile)
            if records + totals != rows_of(path, SOURCE)[0]:
                print(json.dumps({"file": path.name, "outcome": "find", "said": "a row is neither record nor total"}))
            read_here += records
        for path in paths:
            path.unlink()
    with duckdb.connect(str(settings.build_db), read_only=True) as connection:
        [counts] = connection.execute(
            """select count(*), coalesce(sum(rows_read), 0)::bigint, (select count(*) from raw.demolitions),
               (select count(*) from quarantine.demolitions) from ops.ledger"""
        ).fetchall()
    names = ("batches", "rows", "loaded", "quarantined")
    violations = [vars(one) for one in check_conservation(settings, "demolitions")]
    told = {"door": given, "read_here": read_here, **dict(zip(names, counts, strict=True)), "violations": violations}
    print(json.dumps(told), flush=True)


def _home(folder: Path) -> Settings:
    profiles = folder / "cities" / "smalltown" / "feeds"
    for place in (folder / "home", folder / "inbox", profiles):
        place.mkdir(parents=True, exist_ok=True)
    (profiles.parent / "city.toml").write_text(CITY, encoding="utf-8")
    # Sound batches and broken ones of one source come in any order here: no batch is held against the last one.
    (profiles / "demolitions.toml").write_text(DEMOLITIONS, encoding="utf-8")
    return Settings(home=folder / "home", city="smalltown", cities=folder / "cities", inbox=folder / "inbox")


def main() -> None:
    mode, first, last, folder = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    watch()
    if mode == "door":
        door(first, last, folder)
    else:
        for number in range(first, last):
            attempt(number, folder, read)
    print(json.dumps({"peak_mib": peak_mib()}), flush=True)


if __name__ == "__main__":
    main()
