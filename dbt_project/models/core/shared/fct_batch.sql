-- The ledger as of the as-of date: one row a batch. A fact's _batch_seq leads here, and from here to the file.
select
    batch_id,
    batch_seq,
    feed,
    source,
    source_kind,
    content_sha256,
    loaded_for_on,
    rows_read,
    rows_skipped,
    rows_loaded,
    rows_quarantined,
    rows_superseded,
    first_record_on,
    last_record_on,
    code_version,
    city as city_id
from {{ source('ops', 'ledger') }}
where loaded_for_on <= {{ as_of() }}
