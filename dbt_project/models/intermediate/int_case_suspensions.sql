-- The times during which a case was suspended (挂账): from the step that suspends it to the step that resumes or ends
-- it.
-- Chosen before any action is looked at.
with steps as {{ made_first() }} (
    select *
    from {{ ref('stg_platform__case_flow') }}
    {{ only_touched_cases() }}
),

switches as (
    select
        case_id,
        action,
        operated_at,
        lead(operated_at) over (partition by case_id order by operated_at, step_id) as next_switch_at
    from steps
    where action in ('suspend', 'resume', 'close', 'force_close', 'cancel')
)

select
    case_id,
    operated_at as started_at,
    -- Empty while the case is suspended still.
    next_switch_at as ended_at
from switches
where action = 'suspend'
