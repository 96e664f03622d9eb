"""Where the last window of a database or a server ended, and what is read from there: each window becomes a batch.

Belongs here: what the ledger knows of windows. What a window may hold is decided by the readers; what becomes of a batch stands in `door`.
"""

import datetime as dt
from collections.abc import Iterator

import duckdb

from pipelines.city import DatabaseSource, Open311Source
from pipelines.landing.door import Door, take_in
from pipelines.landing.load import Batch
from pipelines.landing.store import first_row
from pipelines.readers.address import database_address
from pipelines.readers.database import read_database
from pipelines.readers.open311 import Server, windows
from pipelines.readers.sql.windows import Night

#: How long a server may take until a request that it accepted is on its list.
PUBLISHED_WITHIN = dt.timedelta(hours=1)


def database_window(door: Door, connection: duckdb.DuckDBPyConnection, source: DatabaseSource) -> Iterator[Batch]:
    """The window from where the last one ended to the end of the night's day, or to now; no batch where it brings nothing new."""
    feed = door.profile.feed
    address = database_address(source.url, door.settings.inbox_dir)
    last = first_row(
        connection,
        "select window_to from ops.ledger where feed = $feed and source = $source and window_to is not null "
        "order by batch_seq desc limit 1",
        {"feed": feed, "source": address.shown},
    )
    extract = read_database(source, address, Night(door.as_of, door.city.zone, last[0] if last else None))
    if extract is None:
        return
    line = Batch(
        "", feed, extract.source, "database", "", door.as_of, extract.horizon or door.as_of,
        window_from=extract.window_from, window_to=extract.window_to,
    )  # fmt: skip
    if take_in(door, connection, extract, line):
        yield line


def open311_windows(door: Door, connection: duckdb.DuckDBPyConnection, source: Open311Source) -> Iterator[Batch]:
    """The windows that this night has to ask for, each loaded before the next is asked for: what breaks off goes on from there.

    The first load begins with the city's first day. A later night asks again for the past in which requests still change; records that say
    nothing new are left out at the door.
    """
    feed, zone = door.profile.feed, door.city.zone
    server = Server(source, zone)
    now = dt.datetime.now(zone)
    end = min(dt.datetime.combine(door.as_of + dt.timedelta(days=1), dt.time(), zone), now).astimezone(dt.UTC)
    end = end.replace(microsecond=0)
    start = dt.datetime.combine(door.city.facts.first_day, dt.time(), zone).astimezone(dt.UTC)
    last = first_row(
        connection,
        "select max(window_to), max_by(loaded_for_on, window_to) from ops.ledger where feed = $feed and source = $source",
        {"feed": feed, "source": server.address.shown},
    )
    if last is not None and last[0] is not None:
        reached = dt.datetime.fromisoformat(last[0])
        if reached >= end:
            return
        # In the night that got that far, the past has been asked for; it only goes on.
        is_new_night = last[1] != door.as_of and not source.updated
        back = max(dt.timedelta(days=source.reread_days if is_new_night else 0), PUBLISHED_WITHIN)
        start = max(start, reached - back)
    for lower, upper in windows(start, end, source.window_days):
        extract = server.window(lower, upper)
        # A server tells how its records stand now, also in a night for an earlier day.
        line = Batch(
            "", feed, extract.source, "open311", "", door.as_of, max(door.as_of, now.date()),
            window_from=lower.isoformat(" "), window_to=upper.isoformat(" "),
        )  # fmt: skip
        if take_in(door, connection, extract, line):
            yield line
