-- Entries of the register of organisations as they are held on the as-of date.
with source as (
    select *
    from {{ source('raw', 'organisations') }}
    where {{ is_held_on(as_of()) }}
),

renamed as (
    select
        entry_no,
        org_id,
        name_zh,
        alias_zh,
        kind,
        grade,
        parent_id,
        seat_street_code,
        change as change_kind,
        established_on,
        approved_by,
        approved_on,
        basis,
        valid_from,
        valid_to,
        {{ provenance() }}
    from source
)

select *
from renamed
