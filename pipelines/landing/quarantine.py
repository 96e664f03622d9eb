"""What became of refused rows: a name for each, the log of what stewards did, and from both the state of every row.

Belongs here: the tables and views of `ops` that hold or derive it, all without a value of a record but the key. What a steward may do
stands in `pipelines.steward`. A row is never changed or taken away; what becomes of it is only ever added to the log, with the business
day for which it counts, so that the warehouse as of any night can be seen again.
"""

import hashlib
from collections.abc import Iterable
from typing import Any

import duckdb

from pipelines.feeds import FEEDS
from pipelines.landing.canonical import NOTHING

#: How much of a row's name is shown. It is a prefix: where two rows share it, both are shown longer.
SHOWN_DIGITS = 10

#: One line for each thing done to a row. `replaced` names the batch and the row that came in its place, loaded or refused again.
ACTIONS = """
create table if not exists ops.quarantine_actions (
    action_seq bigint not null, feed varchar not null, batch_id varchar not null, row_id varchar not null, action varchar not null,
    acted_by varchar not null, why varchar, acted_for_on date not null, acted_at_utc timestamp not null,
    by_batch_id varchar, by_row_id varchar
)"""


def row_id(batch_id: str, sheet: str | None, row: int) -> str:
    """The name of a row of a batch: SHA-256 of where it stands, 64 hex digits."""
    return hashlib.sha256("\x1f".join((batch_id, sheet or "", str(row))).encode()).hexdigest()


def row_id_sql(table: str) -> str:
    """The same over the columns of a raw or quarantine table."""
    return f"sha256(concat_ws(chr(31), {table}._batch_id, coalesce({table}._source_sheet, ''), cast({table}._source_row as varchar)))"


#: Every refused row with what was done to it, each act with the day for which it counts: what models read.
ROWS_VIEW = """
create or replace view ops.quarantine_rows as
with held as ({held}),
acted as (
    select row_id, list({{
        'action': action, 'action_seq': action_seq, 'acted_for_on': acted_for_on, 'by_batch_seq': ledger.batch_seq
    }} order by action_seq) as acts
    from ops.quarantine_actions as actions left join ops.ledger as ledger on actions.by_batch_id = ledger.batch_id group by row_id
)
select held.*, acted.acts from held left join acted using (row_id)"""

REASONS_VIEW = """
create or replace view ops.quarantine_reasons as
select feed, row_id, reason.rule, coalesce(reason."column", '') as field
from (select feed, row_id, unnest(reasons) as reason from ops.quarantine_rows)"""

NOW_VIEW = """
create or replace view ops.quarantine_now as
with decided as (
    select row_id, arg_max(action, action_seq) as action from ops.quarantine_actions where action <> 'replaced' group by row_id
),
replayed as (
    select row_id, any_value(by_batch_id) as by_batch_id, any_value(by_row_id) as by_row_id
    from ops.quarantine_actions where action = 'replaced' group by row_id
)
select rows.* exclude (acts, later_batch_seq), replayed.by_batch_id, replayed.by_row_id, ledger.source, ledger.source_kind,
    coalesce(replaced_by.batch_seq, rows.later_batch_seq) as replaced_by_seq,
    case when replayed.by_batch_id is not null then 'replaced' when decided.action = 'dismissed' then 'dismissed'
        when rows.later_batch_seq is not null then 'replaced' else 'open' end as status
from ops.quarantine_rows as rows
left join decided using (row_id)
left join replayed using (row_id)
left join ops.ledger as ledger on rows.batch_id = ledger.batch_id
left join ops.ledger as replaced_by on replayed.by_batch_id = replaced_by.batch_id"""


def create_views(connection: duckdb.DuckDBPyConnection) -> None:
    """The log and the views over it. The text of the views belongs to the version of the code: where it has changed they are made anew."""
    connection.execute(ACTIONS)
    rows_view = ROWS_VIEW.format(held=" union all by name ".join(map(_held, FEEDS)))
    views = (rows_view, REASONS_VIEW, NOW_VIEW)
    text = hashlib.sha256("".join(views).encode()).hexdigest()
    made_of = connection.execute("select comment from duckdb_views() where view_name = 'quarantine_now'").fetchall()
    if made_of != [(text,)]:
        for view in views:
            connection.execute(view)
        connection.execute(f"comment on view ops.quarantine_now is '{text}'")


def _held(feed: str) -> str:
    """The refused rows of a feed. `later_batch_seq` is the first later batch in which a record of the same key was good; a row whose key
    is empty has none. It counts from the later of the two nights on, as with versions of a record."""
    nothing = ", ".join(f"'{word}'" for word in NOTHING)
    # Not grouped with the row itself: its reasons and its record would be grouped by, too.
    return f"""(
        with named as (select *, {row_id_sql("held")} as row_id from quarantine.{feed} as held),
        later as (
            select named.row_id, min(greatest(good._loaded_for_on, named._loaded_for_on)) as later_for_on,
                arg_min(good._batch_seq, (greatest(good._loaded_for_on, named._loaded_for_on), good._batch_seq)) as later_batch_seq
            from named inner join raw.{feed} as good on good.{FEEDS[feed].key} = trim(named.business_key)
                and good._batch_seq > named._batch_seq and trim(named.business_key) not in ({nothing})
            group by named.row_id
        )
        select '{feed}' as feed, named.row_id, named._batch_id as batch_id, named._batch_seq as batch_seq,
            named._source_sheet as source_sheet, named._source_row as source_row, named._loaded_for_on as loaded_for_on,
            named.business_key, named.reasons, named.record, later.later_for_on, later.later_batch_seq
        from named left join later using (row_id))"""


def log(connection: duckdb.DuckDBPyConnection, lines: Iterable[dict[str, Any]]) -> None:
    """Adds lines to the log, in the caller's transaction. Each names the columns of `ops.quarantine_actions` but the number."""
    for line in lines:
        names = ", ".join(line)
        values = ", ".join(f"${name}" for name in line)
        connection.execute(
            f"insert into ops.quarantine_actions (action_seq, {names}) "
            f"select coalesce(max(action_seq), 0) + 1, {values} from ops.quarantine_actions",
            line,
        )
