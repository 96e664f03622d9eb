-- Data exchanges as they are held on the as-of date.
with source as (
    select *
    from {{ source('raw', 'data_exchanges') }}
    where {{ is_held_on(as_of()) }}
),

renamed as (
    select
        exchange_no,
        kind,
        dataset,
        partner_org,
        direction,
        due_on,
        exchanged_on,
        rows_sent,
        rows_rejected,
        answered_on,
        {{ provenance() }}
    from source
)

select *
from renamed
