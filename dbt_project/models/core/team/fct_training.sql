-- Training and assessment: one row for a person in a session, without the person; where he served on that day comes
-- from the roll.
with records as (
    select
        record.*,
        record.record_no = min(record.record_no) over (
            partition by coalesce(record.session_no, record.record_no)
        ) as is_first_of_session
    from {{ ref('stg_team__training_records') }} as record
    cross join {{ ref('dim_as_of') }} as today
    where record.held_on <= today.as_of_on
),

placed as (
    select
        records.*,
        person.org_id,
        person.squad_id,
        person.staff_type,
        person.left_on is null or records.held_on < person.left_on as is_on_roll
    from records
    {{ asof_join(
        ref('int_staff_names'), 'person', 'records.held_on', 'joined_on', {'records.staff_name_hash': 'name_hash'}
    ) }}
)

select
    record_no,
    session_no,
    held_on,
    kind,
    standard,
    topic,
    cast(coalesce(hours, 0) as decimal(8, 2)) as hours,
    score,
    is_passed,
    is_passed is not null as is_assessed,
    is_first_of_session,
    coalesce(case when is_on_roll then org_id end, 'unknown') as org_id,
    coalesce(case when is_on_roll then squad_id end, 'unassigned') as squad_id,
    coalesce(case when is_on_roll then staff_type end, 'unknown') as staff_type,
    {{ provenance() }}
from placed
