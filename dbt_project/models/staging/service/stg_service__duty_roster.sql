-- Shifts of the duty roster as they are held on the as-of date.
with source as (
    select *
    from {{ source('raw', 'duty_roster') }}
    where {{ is_held_on(as_of()) }}
),

renamed as (
    select
        roster_no,
        on_duty_on,
        squad_id,
        home_squad_id,
        purpose,
        patrol_mode,
        street_code,
        officers,
        auxiliaries,
        duty_hours,
        {{ provenance() }}
    from source
)

select *
from renamed
