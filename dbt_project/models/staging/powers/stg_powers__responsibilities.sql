-- Entries of the matrix of responsibilities as they are held on the as-of date.
with source as (
    select *
    from {{ source('raw', 'responsibilities') }}
    where {{ is_held_on(as_of()) }}
),

renamed as (
    select
        entry_no,
        case when class_code is not null then {{ event_class('code_scheme', 'class_code') }} end as event_class,
        street_code,
        org_id,
        role,
        coalesce(is_primary, false) as is_primary,
        valid_from,
        valid_to,
        {{ provenance() }}
    from source
)

select *
from renamed
