-- Entries of the ledger of daily enforcement (日常执法台账) up to the as-of date. The squad is the one that the entry
-- names; where it names none, the owner of the street on the day.
select
    actions.action_no,
    actions.action_type,
    actions.object_kind,
    actions.quantity,
    actions.unit,
    actions.acted_on,
    actions.street_code,
    {{ squad_of('actions.acted_on', ['actions.squad_id']) }} as squad_id,
    actions.outcome,
    actions.patrol_mode,
    actions.campaign_no,
    {{ provenance('actions') }}
from {{ ref('stg_duties__enforcement_actions') }} as actions
cross join {{ ref('dim_as_of') }} as today
asof left join {{ ref('bridge_squad_area') }} as area
    on actions.street_code = area.street_code and actions.acted_on >= area.valid_from
where actions.acted_on <= today.as_of_on
