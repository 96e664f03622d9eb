-- Information systems and means of passing information (信息系统登记), registered by the as-of date.
select
    systems.system_id,
    systems.name as name_zh,
    systems.kind,
    systems.tier,
    systems.owner_org,
    systems.live_on,
    systems.registered_on,
    systems.program_id,
    systems.status,
    coalesce(systems.status = 'in_use' and systems.live_on <= today.as_of_on, false) as is_in_use,
    {{ provenance('systems') }}
from {{ ref('stg_registers__systems') }} as systems
cross join {{ ref('dim_as_of') }} as today
where systems.registered_on <= today.as_of_on
