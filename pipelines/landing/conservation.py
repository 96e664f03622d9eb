"""Nothing is lost: counts the rows of every batch again and holds them against the ledger.

`read = loaded + quarantined + dismissed`, where each side is counted from the data themselves: the landing copy, raw, quarantine and the
stewards' log. Quarantined are the refused rows that wait or were replaced, dismissed those that a steward has set aside.
"""

from dataclasses import dataclass

import pyarrow.parquet as pq

from pipelines.feeds import FEEDS
from pipelines.landing.batches import landing_path
from pipelines.landing.quarantine import row_id_sql
from pipelines.landing.removed import removed
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
    dismissed: int = 0


def check_conservation(settings: Settings, feed: str | None = None) -> list[Violation]:
    """The batches, of one feed or of all, whose rows do not add up; none if all is well."""
    broken: list[Violation] = []
    with read_connection(settings) as connection:
        for name in [feed] if feed else list(FEEDS):
            lines = connection.execute(
                f"""
                select ledger.batch_id, ledger.source, ledger.rows_read, ledger.rows_loaded, ledger.rows_quarantined, ledger.rows_dismissed,
                    coalesce(loaded.n, 0), coalesce(held.n, 0) - coalesce(held.dismissed, 0), coalesce(held.dismissed, 0)
                from ops.ledger as ledger
                left join (select _batch_seq, count(*) as n from raw.{name} group by all) as loaded
                    on ledger.batch_seq = loaded._batch_seq
                left join (
                    select _batch_id, count(*) as n, count(*) filter (now.status = 'dismissed') as dismissed
                    from quarantine.{name} as held left join ops.quarantine_now as now
                        on now.feed = '{name}' and now.row_id = {row_id_sql("held")}
                    group by all
                ) as held on ledger.batch_id = held._batch_id
                where ledger.feed = $feed
                order by ledger.batch_seq
                """,
                {"feed": name},
            ).fetchall()
            gone = removed(connection, name)
            for batch, source, read, *said, loaded, held, dismissed in lines:
                path = landing_path(settings, name, batch)
                landed = pq.read_metadata(path).num_rows if path.is_file() else None
                if landed is None and batch in gone:
                    landed = read  # removed by rule, and written down: nothing to count
                if not (read == landed == loaded + held + dismissed and said == [loaded, held, dismissed]):
                    broken.append(Violation(batch, name, source, read, landed, loaded, held, dismissed))
    return broken
