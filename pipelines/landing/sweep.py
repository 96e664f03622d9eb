"""What killed nights left beside the batches: half-written files, and whole ones that never came into the ledger.

Belongs here: finding and removing them. Who calls must hold the write lane, so that nobody is writing such files meanwhile. A source whose
batch was not loaded is read again, so nothing of it is lost; a window of a database may then bring another content under another
name, which is why the old file would stay for ever.
"""

from pathlib import Path

import duckdb

from pipelines.settings import Settings


def orphans(settings: Settings, connection: duckdb.DuckDBPyConnection, feed: str) -> list[Path]:
    """The feed's files in landing and vault that belong to no batch of the ledger."""
    asked = connection.execute("select batch_id from ops.ledger where feed = $feed", {"feed": feed})
    known = {f"{batch}.parquet" for (batch,) in asked.fetchall()}
    held = [*(settings.landing / feed).glob("*.parquet"), *(settings.vault / feed).glob("*.parquet")]
    return [path for path in held if path.name not in known]


def sweep(settings: Settings, connection: duckdb.DuckDBPyConnection, feed: str) -> int:
    """Removes them; gives how many there were."""
    found = orphans(settings, connection, feed)
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)
