-- Lots of equipment (装备) bought by the as-of date.
select
    lots.asset_no,
    lots.asset_kind,
    lots.quantity,
    coalesce(lots.squad_id, 'unassigned') as squad_id,
    lots.bought_on,
    lots.program_id,
    {{ provenance('lots') }}
from {{ ref('stg_registers__assets') }} as lots
cross join {{ ref('dim_as_of') }} as today
where lots.bought_on <= today.as_of_on
