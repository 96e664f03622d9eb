-- Entries of the register of posts as they are held on the as-of date.
with source as (
    select *
    from {{ source('raw', 'establishments') }}
    where {{ is_held_on(as_of()) }}
),

renamed as (
    select
        entry_no,
        org_id,
        staff_type,
        approved_posts,
        leader_posts,
        basis,
        valid_from,
        valid_to,
        {{ provenance() }}
    from source
)

select *
from renamed
