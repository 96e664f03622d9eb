-- Shifts of the duty roster, one row each. The squad is the one that the record names; else the owner of the street on
-- the day. At key events the force keeps order like in stability duty: both count as stability (维稳).
select
    shift.roster_no,
    shift.on_duty_on,
    {{ squad_of('shift.on_duty_on', ['shift.squad_id']) }} as squad_id,
    {{ squad_of('shift.on_duty_on', ['shift.home_squad_id', 'shift.squad_id']) }} as home_squad_id,
    shift.purpose,
    shift.purpose in ('stability', 'key_event') as is_stability,
    coalesce(shift.home_squad_id <> shift.squad_id, false) as is_away_from_home,
    shift.patrol_mode,
    coalesce(shift.street_code, 'unknown') as street_code,
    coalesce(shift.officers, 0) as officers,
    coalesce(shift.auxiliaries, 0) as auxiliaries,
    shift.duty_hours,
    {{ provenance('shift') }}
from {{ ref('stg_service__duty_roster') }} as shift
cross join {{ ref('dim_as_of') }} as today
{{ area_on('shift.on_duty_on', 'shift.street_code') }}
where shift.on_duty_on <= today.as_of_on
