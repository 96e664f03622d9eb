"""Landing copies and vault files that were removed by the city's rules: the log, which belongs to the ledger.

Belongs here: the table and who may ask it. Which rule removes what stands in `pipelines.upkeep.retention`.
"""

import duckdb

TABLE = """
create table if not exists ops.removals (
    batch_id varchar not null, feed varchar not null, what varchar not null, rule varchar not null, removed_for_on date not null,
    removed_at_utc timestamp not null, bytes bigint not null, primary key (batch_id, what)
)"""
LANDING, VAULT = "landing", "vault"


def removed(connection: duckdb.DuckDBPyConnection, feed: str, what: str = LANDING) -> set[str]:
    """The feed's batches whose landing copy (or vault file) a rule has removed; none in a home of an earlier version."""
    try:
        found = connection.execute(
            "select batch_id from ops.removals where feed = $feed and what = $what", {"feed": feed, "what": what}
        ).fetchall()
    except duckdb.CatalogException:
        return set()
    return {batch for (batch,) in found}
