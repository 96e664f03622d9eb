-- Staff: one row for each entry of the roll, without person: no name, no hash of one, no number, no position.
select
    cast(staff._batch_seq as string) || '.' || cast(staff._source_row as string) as staff_entry,
    staff.org_id,
    coalesce(staff.squad_id, 'unassigned') as squad_id,
    staff.staff_type,
    coalesce(staff.is_frontline, staff.squad_id is not null) as is_frontline,
    staff.has_enforcement_cert,
    staff.joined_on,
    case when staff.left_on <= today.as_of_on then staff.left_on end as left_on,
    staff.left_on is null or staff.left_on > today.as_of_on as is_in_service,
    {{ provenance('staff') }}
from {{ ref('stg_team__staff') }} as staff
cross join {{ ref('dim_as_of') }} as today
where staff.joined_on <= today.as_of_on
