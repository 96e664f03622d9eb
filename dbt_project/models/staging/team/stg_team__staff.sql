-- Entries of the roll of staff as they are held on the as-of date.
with source as (
    select *
    from {{ source('raw', 'staff') }}
    where {{ is_held_on(as_of()) }}
),

renamed as (
    select
        staff_no,
        staff_name_hash,
        org_id,
        squad_id,
        staff_type,
        is_frontline,
        enforcement_cert_no_hash is not null as has_enforcement_cert,
        joined_on,
        left_on,
        {{ provenance() }}
    from source
)

select *
from renamed
