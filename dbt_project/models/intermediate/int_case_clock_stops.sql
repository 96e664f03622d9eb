-- For how long a suspension stopped a case's clock. Only what begins while the clock runs counts: after dispatch
-- and before the deadline as it stood then, which earlier suspensions have moved. A suspension after the deadline
-- does not make a late case timely.
with suspensions as (
    select
        suspended.case_id,
        suspended.started_at,
        suspended.ended_at,
        deadline.base_due_at,
        {{ seconds_between('suspended.started_at', 'suspended.ended_at') }} as seconds,
        coalesce(
            sum({{ seconds_between('suspended.started_at', 'suspended.ended_at') }}) over (
                partition by suspended.case_id order by suspended.started_at
                rows between unbounded preceding and 1 preceding
            ), 0
        ) as seconds_before
    from {{ ref('int_case_suspensions') }} as suspended
    inner join {{ ref('int_case_deadlines') }} as deadline on suspended.case_id = deadline.case_id
    where suspended.started_at >= deadline.started_at
)

select
    case_id,
    cast(coalesce(sum(seconds), 0) as bigint) as stopped_seconds,
    max(started_at) filter (where ended_at is null) as stopped_since_at
from suspensions
-- Without a deadline there is no clock that could run out; the suspension is kept all the same.
where base_due_at is null or started_at <= {{ plus('base_due_at', 'cast(seconds_before as bigint)', 'seconds') }}
group by case_id
