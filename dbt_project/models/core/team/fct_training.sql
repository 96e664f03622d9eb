-- Training and assessment: one row for a person in a session, without the person; where he served on that day comes
-- from the roll.
with records as (
    select
        record.*,
        record_no = min(record_no) over (partition by coalesce(session_no, record_no)) as is_first_of_session
    from {{ ref('stg_team__training_records') }} as record
    cross join {{ ref('dim_as_of') }} as today
    where record.held_on <= today.as_of_on
)

select
    records.record_no,
    records.session_no,
    records.held_on,
    records.kind,
    records.standard,
    records.topic,
    coalesce(records.hours, 0) as hours,
    records.score,
    records.is_passed,
    records.is_passed is not null as is_assessed,
    records.is_first_of_session,
    case when person.left_on is null or records.held_on < person.left_on then coalesce(person.org_id, 'unknown') else 'unknown' end
        as org_id,
    case when person.left_on is null or records.held_on < person.left_on then coalesce(person.squad_id, 'unassigned') else 'unassigned' end
        as squad_id,
    case when person.left_on is null or records.held_on < person.left_on then coalesce(person.staff_type, 'unknown') else 'unknown' end
        as staff_type,
    {{ provenance('records') }}
from records
asof left join {{ ref('int_staff_names') }} as person
    on records.staff_name_hash = person.name_hash and records.held_on >= person.joined_on
