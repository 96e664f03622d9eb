"""Nothing is lost: counts the rows of every batch again and holds them against the ledger.

`read = loaded + quarantined`, where each side is counted from the data themselves: the landing copy, raw and quarantine.
"""

from dataclasses import dataclass

import pyarrow.parquet as pq

from pipelines.feeds import FEEDS
from pipelines.landing.batches import landing_path
from pipelines.landing.store import read_connection
from pipelines.settings import Settings


@dataclass(frozen=True)
class Violation:
    """A batch whose rows do not add up. `landed` is None where the landing copy is gone."""

    batch_id: str
    feed: str
    source: str
    read: int
    landed: int | None
    loaded: int
    quarantined: int


def check_conservation(settings: Settings, feed: str | None = None) -> list[Violation]:
    """The batches, of one feed or of all, whose rows do not add up; none if all is well."""
    broken: list[Violation] = []
    with read_connection(settings) as connection:
        for name in [feed] if feed else list(FEEDS):
            lines = connection.execute(
                f"""
                select ledger.batch_id, ledger.source, ledger.rows_read, ledger.rows_loaded, ledger.rows_quarantined,
                    coalesce(loaded.n, 0), coalesce(held.n, 0)
                from ops.ledger as ledger
                left join (select _batch_id, count(*) as n from raw.{name} group by all) as loaded
                    on ledger.batch_id = loaded._batch_id
                left join (select _batch_id, count(*) as n from quarantine.{name} group by all) as held
                    on ledger.batch_id = held._batch_id
                where ledger.feed = $feed
                order by ledger.batch_seq
                """,
                {"feed": name},
            ).fetchall()
            for batch, source, read, said_loaded, said_held, loaded, held in lines:
                path = landing_path(settings, name, batch)
                landed = pq.read_metadata(path).num_rows if path.is_file() else None
                if not (read == landed == loaded + held and loaded == said_loaded and held == said_held):
                    broken.append(Violation(batch, name, source, read, landed, loaded, held))
    return broken
