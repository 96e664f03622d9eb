-- Daily enforcement as they are held on the as-of date.
with source as (
    select *
    from {{ source('raw', 'enforcement_actions') }}
    where {{ is_held_on(as_of()) }}
),

renamed as (
    select
        action_no,
        action_type,
        object_kind,
        quantity,
        unit,
        acted_on,
        street_code,
        squad_id,
        outcome,
        patrol_mode,
        campaign_no,
        {{ provenance() }}
    from source
)

select *
from renamed
