"""Landing copies and vault files that were removed by the city's rules: the log, which belongs to the ledger.

Belongs here: the table and who may ask it. Which rule removes what stands in `pipelines.upkeep.retention`.
"""

import datetime as dt
from dataclasses import dataclass

import duckdb

from pipelines.landing.books import books_file
from pipelines.settings import Settings

TABLE = """
create table if not exists ops.removals (
    batch_id varchar not null, feed varchar not null, what varchar not null, rule varchar not null, removed_for_on date not null,
    removed_at_utc timestamp not null, bytes bigint not null, primary key (batch_id, what)
)"""
LANDING, VAULT = "landing", "vault"


@dataclass(frozen=True)
class Removal:
    """When, and by which rule (`landing_days = 3650`), a file went."""

    removed_for_on: dt.date
    rule: str


def removed(connection: duckdb.DuckDBPyConnection, feed: str, what: str = LANDING) -> set[str]:
    """The feed's batches whose landing copy (or vault file) a rule has removed; none in a home of an earlier version."""
    try:
        found = connection.execute(
            "select batch_id from ops.removals where feed = $feed and what = $what", {"feed": feed, "what": what}
        ).fetchall()
    except duckdb.CatalogException:
        return set()
    return {batch for (batch,) in found}


def copies_removed(settings: Settings) -> dict[str, Removal]:
    """{batch: the removal of its landing copy}, out of the books beside landing, which nobody has to wait for.

    None in a home of an earlier version, or where the books cannot be read; the next night writes them anew.
    """
    path = books_file(settings)
    if not path.exists():
        return {}
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            found = connection.execute(
                "select batch_id, removed_for_on, rule from ops.removals where what = $what", {"what": LANDING}
            ).fetchall()
    except duckdb.Error:
        return {}
    return {batch: Removal(day, rule) for batch, day, rule in found}
