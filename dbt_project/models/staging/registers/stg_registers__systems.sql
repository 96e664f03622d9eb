-- Information systems as they are held on the as-of date.
with source as (
    select *
    from {{ source('raw', 'systems') }}
    where {{ is_held_on(as_of()) }}
),

renamed as (
    select
        system_id,
        name,
        kind,
        tier,
        owner_org,
        live_on,
        registered_on,
        program_id,
        status,
        {{ provenance() }}
    from source
)

select *
from renamed
