-- Investments as they are held on the as-of date.
with source as (
    select *
    from {{ source('raw', 'investments') }}
    where {{ is_held_on(as_of()) }}
),

renamed as (
    select
        payment_no,
        program_id,
        program_name,
        amount_yuan,
        paid_on,
        purpose,
        {{ provenance() }}
    from source
)

select *
from renamed
