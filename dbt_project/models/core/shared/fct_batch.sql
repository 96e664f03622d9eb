-- The ledger as of the as-of date: one row a batch. A fact's _batch_seq leads here, and from here to the file. What
-- became of refused rows is counted as of that date too; the ledger itself says how they stand today.
with refused as (
    select
        _batch_id,
        count(*) filter (where status = 'open') as rows_open,
        count(*) filter (where status = 'replaced') as rows_replaced,
        count(*) filter (where status = 'dismissed') as rows_dismissed
    from {{ ref('fct_quarantine_row') }}
    group by _batch_id
)

select
    ledger.batch_id,
    ledger.batch_seq,
    ledger.feed,
    ledger.source,
    ledger.source_kind,
    ledger.content_sha256,
    ledger.loaded_for_on,
    ledger.rows_read,
    ledger.rows_skipped,
    ledger.rows_loaded,
    ledger.rows_quarantined + ledger.rows_dismissed - coalesce(refused.rows_dismissed, 0) as rows_quarantined,
    coalesce(refused.rows_dismissed, 0) as rows_dismissed,
    coalesce(refused.rows_replaced, 0) as rows_replaced,
    coalesce(refused.rows_open, 0) as rows_open,
    ledger.rows_superseded,
    ledger.first_record_on,
    ledger.last_record_on,
    ledger.code_version,
    ledger.city as city_id
from {{ source('ops', 'ledger') }} as ledger
left join refused on ledger.batch_id = refused._batch_id
where ledger.loaded_for_on <= {{ as_of() }}
