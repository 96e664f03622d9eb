-- What came to each squad, by month: tasks, cases, tickets and demolitions, each in the month of its own event.
with tasks as (
    select
        task.dispatched_at as happened_at,
        task.squad_id,
        'platform_task' as kind,
        null as area_m2
    from {{ ref('fct_platform_case') }} as task
    cross join {{ ref('dim_as_of') }} as today
    where task.is_bureau_task and (task.cancelled_at is null or task.cancelled_at >= today.ends_at)
),

events as (
    select * from tasks
    union all
    select
        cast(filed_on as timestamp) as happened_at,
        squad_id,
        'penalty_case' as kind,
        null as area_m2
    from {{ ref('fct_penalty_case') }}
    union all
    select
        accepted_at as happened_at,
        squad_id,
        'hotline_ticket' as kind,
        null as area_m2
    from {{ ref('fct_hotline_ticket') }}
    where not is_cancelled
    union all
    select
        cast(demolished_on as timestamp) as happened_at,
        squad_id,
        'demolition' as kind,
        demolished_area_m2 as area_m2
    from {{ ref('fct_demolition') }}
)

select
    cast(date_trunc('month', events.happened_at) as date) as month,
    events.squad_id,
    count(*) filter (where events.kind = 'platform_task') as platform_tasks,
    count(*) filter (where events.kind = 'penalty_case') as penalty_cases,
    count(*) filter (where events.kind = 'hotline_ticket') as hotline_tickets,
    count(*) filter (where events.kind = 'demolition') as demolitions,
    cast(coalesce(sum(events.area_m2), 0) as decimal(14, 2)) as demolished_area_m2
from events
cross join {{ ref('dim_as_of') }} as today
where events.happened_at < today.ends_at
group by all
