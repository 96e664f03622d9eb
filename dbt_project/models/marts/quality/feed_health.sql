-- What each night brought of each feed, out of the ledger: read = loaded + quarantined + dismissed, always.
select
    loaded_for_on as date,
    feed,
    count(*) as batches,
    cast(sum(rows_read) as bigint) as read,
    cast(sum(rows_loaded) as bigint) as loaded,
    cast(sum(rows_quarantined) as bigint) as quarantined,
    cast(sum(rows_dismissed) as bigint) as dismissed,
    cast(sum(rows_replaced) as bigint) as replaced,
    cast(sum(rows_open) as bigint) as open,
    cast(sum(rows_superseded) as bigint) as superseded,
    max(last_record_on) as last_record_on
from {{ ref('fct_batch') }}
group by loaded_for_on, feed
