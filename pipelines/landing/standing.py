"""How a feed stands on a day, out of the ledger alone: its newest record and its last batch, as they were known that night.

Belongs here: what the ledger says of a feed. Whether that is late is judged by the city's profile (`pipelines.city.freshness`).
"""

import datetime as dt
from dataclasses import dataclass

import duckdb

from pipelines.landing.store import first_row


@dataclass(frozen=True)
class Standing:
    """`newest_on` is the day of the newest record that was loaded, `batch_for_on` the night that brought the last batch; None before any."""

    newest_on: dt.date | None
    batch_for_on: dt.date | None


def standing_of(connection: duckdb.DuckDBPyConnection, feed: str, day: dt.date, ledger: str = "ops.ledger") -> Standing:
    """The feed as it was known on the night of the day. A record that lies ahead of the day counts as one of the day."""
    row = first_row(
        connection,
        f"""select max(case when last_record_on > $day then $day else last_record_on end), max(loaded_for_on)
            from {ledger} where feed = $feed and loaded_for_on <= $day""",
        {"feed": feed, "day": day},
    )
    return Standing(*row) if row else Standing(None, None)
