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
{{ area_on('actions.acted_on', 'actions.street_code') }}
where actions.acted_on <= today.as_of_on
