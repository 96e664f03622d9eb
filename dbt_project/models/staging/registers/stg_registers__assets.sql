-- Equipment as they are held on the as-of date.
with source as (
    select *
    from {{ source('raw', 'assets') }}
    where {{ is_held_on(as_of()) }}
),

renamed as (
    select
        asset_no,
        asset_kind,
        quantity,
        squad_id,
        bought_on,
        program_id,
        program_name,
        {{ provenance() }}
    from source
)

select *
from renamed
