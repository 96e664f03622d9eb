-- What each night brought of each feed, out of the ledger: read = loaded + quarantined + dismissed, always. How far a
-- feed is behind is what its newest record says, whichever night brought it; one that lies ahead of the night is of the
-- night.
with nights as (
    select
        loaded_for_on,
        feed,
        count(*) as batches,
        cast(sum(rows_read) as bigint) as read,
        cast(sum(rows_loaded) as bigint) as loaded,
        cast(sum(rows_quarantined) as bigint) as quarantined,
        cast(sum(rows_dismissed) as bigint) as dismissed,
        cast(sum(rows_replaced) as bigint) as replaced,
        cast(sum(rows_open) as bigint) as open,
        cast(sum(rows_superseded) as bigint) as superseded,
        max(last_record_on) as last_record_on,
        max(case when last_record_on > loaded_for_on then loaded_for_on else last_record_on end) as newest_on
    from {{ ref('fct_batch') }}
    group by loaded_for_on, feed
),

known as (
    select
        *,
        max(newest_on) over (partition by feed order by loaded_for_on) as newest_record_on
    from nights
)

select
    loaded_for_on as date,
    feed,
    batches,
    read,
    loaded,
    quarantined,
    dismissed,
    replaced,
    open,
    superseded,
    last_record_on,
    newest_record_on,
    {{ days_between('newest_record_on', 'loaded_for_on') }} as days_behind
from known
