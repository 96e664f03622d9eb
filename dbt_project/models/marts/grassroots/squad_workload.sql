-- What came to each squad, by month: tasks, cases, tickets and demolitions, each in the month of its own event; the
-- hours its area was served, and the people it had at the month's end.
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
),

work as (
    select
        cast(date_trunc('month', events.happened_at) as date) as month,
        events.squad_id,
        count(*) filter (where events.kind = 'platform_task') as platform_tasks,
        count(*) filter (where events.kind = 'penalty_case') as penalty_cases,
        count(*) filter (where events.kind = 'hotline_ticket') as hotline_tickets,
        count(*) filter (where events.kind = 'demolition') as demolitions,
        sum(events.area_m2) as demolished_area_m2
    from events
    cross join {{ ref('dim_as_of') }} as today
    where events.happened_at < today.ends_at
    group by all
),

duty as (
    select
        cast(date_trunc('month', on_duty_on) as date) as month,
        squad_id,
        sum(duty_hours) as duty_hours,
        sum(duty_hours) filter (where is_stability) as stability_hours,
        sum(duty_hours) filter (where is_away_from_home) as cross_squad_hours
    from {{ ref('fct_duty') }}
    group by all
),

people as (
    select
        month,
        squad_id,
        count(*) filter (where staff_type = 'established') as officers,
        count(*) filter (where staff_type = 'auxiliary') as auxiliaries
    from {{ ref('fct_staff_month') }}
    where squad_id <> 'unassigned'
    group by all
),

keys as (
    select
        month,
        squad_id
    from work
    union
    select
        month,
        squad_id
    from duty
    union
    select
        month,
        squad_id
    from people
)

select
    keys.month,
    keys.squad_id,
    coalesce(work.platform_tasks, 0) as platform_tasks,
    coalesce(work.penalty_cases, 0) as penalty_cases,
    coalesce(work.hotline_tickets, 0) as hotline_tickets,
    coalesce(work.demolitions, 0) as demolitions,
    cast(coalesce(work.demolished_area_m2, 0) as decimal(14, 2)) as demolished_area_m2,
    cast(coalesce(duty.duty_hours, 0) as decimal(14, 2)) as duty_hours,
    cast(coalesce(duty.stability_hours, 0) as decimal(14, 2)) as stability_hours,
    cast(coalesce(duty.cross_squad_hours, 0) as decimal(14, 2)) as cross_squad_hours,
    coalesce(people.officers, 0) as officers,
    coalesce(people.auxiliaries, 0) as auxiliaries
from keys
left join work on keys.month = work.month and keys.squad_id = work.squad_id
left join duty on keys.month = duty.month and keys.squad_id = duty.squad_id
left join people on keys.month = people.month and keys.squad_id = people.squad_id
