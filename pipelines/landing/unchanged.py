"""Records that a source shows again as they are known: they are counted and left out, so that they make no new version.

Belongs here: what "as they are known" means. A window that overlaps the last one, or a past that is asked for again, brings mostly such
records. They are held against raw and quarantine in the form in which they would be loaded: what the warehouse knows of a record.
"""

import duckdb
import polars as pl

from pipelines.feeds import Feed
from pipelines.landing.contract import Judged
from pipelines.landing.store import first_row, raw_columns
from pipelines.readers.base import ROW

#: The keys of which this read has brought something new.
_NEWS = "keys_with_news"


class Known:
    """What the warehouse knows of a feed, for one read of it.

    Of a record's rows in the read, those are left out that come before the first with news; so what holds afterwards is what would hold if
    none had been left out, also where a key is not unique at its source.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, feed: Feed) -> None:
        self._connection, self._feed = connection, feed
        held = f"select 1 from raw.{feed.name} union all select 1 from quarantine.{feed.name} limit 1"
        self.nothing = first_row(connection, held) is None
        connection.execute(f"create or replace temp table {_NEWS} (record varchar)")

    def unchanged(self, judged: Judged) -> list[int]:
        """The rows (`_source_row`) of a chunk that say nothing new."""
        return self._loaded(judged.loaded) + self._quarantined(judged.quarantined)

    def _loaded(self, rows: pl.DataFrame) -> list[int]:
        key = self._feed.key
        same = " and ".join(f"known.{name} is not distinct from incoming.{name}" for name in raw_columns(self._feed))
        enums = [name for name, dtype in rows.schema.items() if isinstance(dtype, pl.Enum)]
        self._connection.register("incoming", rows.with_columns(pl.col(enums).cast(pl.String)).to_arrow())
        # A record is known by the version that holds, and by what was heard of it last.
        self._connection.execute(
            f"""
            create or replace temp table known_again as
            with heard as (
                select *, row_number() over (partition by {key} order by _batch_seq desc, _source_row desc, rowid desc) as place
                from raw.{self._feed.name} where {key} in (select {key} from incoming)
            )
            select distinct incoming.{ROW} as source_row, incoming.{key} as record
            from incoming inner join heard as known
                on known.{key} = incoming.{key} and (known.place = 1 or known._superseded_for_on is null) and {same}
            """
        )
        self._connection.execute(
            f"insert into {_NEWS} select distinct {key} from incoming where {ROW} not in (select source_row from known_again)"
        )
        self._connection.unregister("incoming")
        return self._rows(f"select source_row from known_again where record not in (select record from {_NEWS})")

    def _quarantined(self, rows: pl.DataFrame) -> list[int]:
        if rows.is_empty():
            return []
        self._connection.register("incoming", rows.select(ROW, "business_key", "record").to_arrow())
        found = self._rows(
            f"""
            select incoming.{ROW} from incoming
            where exists (
                select 1 from quarantine.{self._feed.name} as known
                where known.business_key is not distinct from incoming.business_key
                    and cast(known.record as varchar) = incoming.record
            )
            """
        )
        self._connection.unregister("incoming")
        return found

    def _rows(self, statement: str) -> list[int]:
        return [row for (row,) in self._connection.execute(statement).fetchall()]
