-- Receipts of fines as they are held on the as-of date.
with source as (
    select *
    from {{ source('raw', 'fine_receipts') }}
    where {{ is_held_on(as_of()) }}
),

renamed as (
    select
        receipt_no,
        decision_no,
        case_no,
        paid_on,
        paid_yuan,
        surcharge_yuan,
        collect_mode,
        handed_in_on,
        {{ provenance() }}
    from source
)

select *
from renamed
