-- Joint operations (联合执法), one row each however many departments take part. The squad is the one that the record
-- names; else the owner of the street on the day.
select
    operation.operation_no,
    operation.operated_on,
    operation.lead_org,
    coalesce(department.is_bureau, false) as is_led_by_bureau,
    operation.partner_orgs,
    operation.topic,
    operation.campaign_no,
    coalesce(operation.street_code, 'unknown') as street_code,
    {{ squad_of('operation.operated_on', ['operation.squad_id']) }} as squad_id,
    coalesce(operation.findings, 0) as findings,
    coalesce(operation.is_key_date, false) as is_key_date,
    {{ provenance('operation') }}
from {{ ref('stg_service__joint_operations') }} as operation
cross join {{ ref('dim_as_of') }} as today
left join {{ ref('dim_department') }} as department on operation.lead_org = department.unit_code
{{ area_on('operation.operated_on', 'operation.street_code') }}
where operation.operated_on <= today.as_of_on
