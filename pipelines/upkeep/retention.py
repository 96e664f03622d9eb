"""What is kept no longer, by the city's rules: landing copies and vault files of old batches.

Belongs here: which files a rule removes, and in what order. The log comes first and the file after it: killed between the two, the next
run removes what the log names. The rows themselves stay in raw and quarantine, and their line in the ledger.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.city import City
from pipelines.city.retention import below_the_law
from pipelines.landing.batches import landing_path, vault_path
from pipelines.landing.removed import LANDING, VAULT, removed
from pipelines.settings import Settings

_PATHS = {LANDING: landing_path, VAULT: vault_path}


@dataclass(frozen=True)
class Due:
    """A file that a rule removes, from the night for `due_on` on: `rule` says which, `size` in bytes."""

    feed: str
    batch_id: str
    source: str
    loaded_for_on: dt.date
    what: str
    rule: str
    due_on: dt.date
    path: Path
    size: int


def due(settings: Settings, city: City, connection: duckdb.DuckDBPyConnection, day: dt.date) -> list[Due]:
    """What the rules remove on a day, the oldest first.

    A landing copy of which a refused row still waits for the steward stays: the persons of a mended row are taken from it.
    """
    found = _files(settings, city, connection, day)
    return sorted(found, key=lambda one: (one.loaded_for_on, one.feed, one.what))


def next_due(settings: Settings, city: City, connection: duckdb.DuckDBPyConnection) -> Due | None:
    """The file that the rules remove first, now or some day."""
    return min(_files(settings, city, connection, None), key=lambda one: (one.due_on, one.feed), default=None)


def removals(connection: duckdb.DuckDBPyConnection) -> tuple[int, dt.date | None]:
    """How many files the rules have removed, and the last day for which; none in a home of an earlier version."""
    try:
        [(count, last)] = connection.execute("select count(*), max(removed_for_on) from ops.removals").fetchall()
    except duckdb.CatalogException:
        return 0, None
    return count, last


def has_rules(city: City) -> bool:
    """Whether the city removes anything at all but old releases."""
    return any(rule.landing_days or rule.vault_days for rule in map(city.retention_of, city.feeds))


def _files(settings: Settings, city: City, connection: duckdb.DuckDBPyConnection, day: dt.date | None) -> Iterator[Due]:
    """The files that rules remove by a day (None: whenever), and that are there."""
    for feed in city.feeds:
        rule = city.retention_of(feed)
        for what, days in ((LANDING, rule.landing_days), (VAULT, rule.vault_days)):
            if not days:
                continue
            gone = removed(connection, feed, what)
            lines = connection.execute(
                f"""
                select batch_id, source, loaded_for_on from ops.ledger as ledger
                where feed = $feed and loaded_for_on < $before
                    {"and batch_id not in (select batch_id from ops.quarantine_now where feed = $feed and status = 'open')" if what == LANDING else ""}
                order by batch_seq
                """,
                {"feed": feed, "before": day - dt.timedelta(days=days) if day else dt.date.max},
            ).fetchall()
            for batch, source, night in lines:
                path = _PATHS[what](settings, feed, batch)
                if batch not in gone and path.is_file():
                    due_on = night + dt.timedelta(days=days + 1)
                    yield Due(
                        feed, batch, source, night, what, f"{what}_days = {days}", due_on, path, path.stat().st_size
                    )


def apply(settings: Settings, city: City, connection: duckdb.DuckDBPyConnection, day: dt.date) -> list[Due]:
    """Removes what is due, and what a killed run had only written down; gives what is due."""
    found = due(settings, city, connection, day)
    _write_down(connection, found, day)
    for feed, batch, what in connection.execute("select feed, batch_id, what from ops.removals").fetchall():
        _PATHS[what](settings, feed, batch).unlink(missing_ok=True)
    return found


def _write_down(connection: duckdb.DuckDBPyConnection, found: Sequence[Due], day: dt.date) -> None:
    if found:
        now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
        lines = [(one.batch_id, one.feed, one.what, one.rule, day, now, one.size) for one in found]
        connection.begin()
        connection.executemany("insert into ops.removals values (?, ?, ?, ?, ?, ?, ?)", lines)
        connection.commit()


def too_short(city: City) -> list[str]:
    """The feeds whose landing copies go before the records law's shortest period has passed."""
    return [feed for feed in city.feeds if below_the_law(city.retention_of(feed))]
