-- What each squad has and what it is for, at the end of each month: people, the streets that it owned that day with
-- their last published area and population, and the cases of the twelve months before.
with ends as (
    select distinct
        as_of,
        month
    from {{ ref('fct_staff_month') }}
),

squads as (
    select
        ends.as_of,
        ends.month,
        squad.squad_id
    from ends
    inner join {{ ref('dim_squad') }} as squad
        on squad.squad_id <> 'unassigned' and (squad.established_on is null or ends.as_of >= squad.established_on)
),

people as (
    select
        as_of,
        squad_id,
        count(*) filter (where staff_type = 'established') as officers,
        count(*) filter (where staff_type = 'auxiliary') as auxiliaries
    from {{ ref('fct_staff_month') }}
    group by all
),

streets as (
    select
        ends.as_of,
        area.squad_id,
        area.street_code
    from ends
    inner join {{ ref('bridge_squad_area') }} as area
        on ends.as_of >= area.valid_from and (area.valid_to is null or ends.as_of < area.valid_to)
),

statistics as (
    select *
    from {{ ref('fct_city_statistic') }}
    where scope = 'street'
),

extents as (
    select
        streets.as_of,
        streets.squad_id,
        count(*) as streets,
        sum(line.built_up_area_km2) as built_up_area_km2,
        sum(line.population) as population
    from streets
    {{ asof_join('statistics', 'line', 'streets.as_of', 'published_on', {'streets.street_code': 'street_code'}) }}
    group by all
),

work as (
    select
        cast(task.dispatched_at as date) as happened_on,
        task.squad_id,
        1 as platform_task,
        0 as penalty_case
    from {{ ref('fct_platform_case') }} as task
    cross join {{ ref('dim_as_of') }} as today
    where task.is_bureau_task and (task.cancelled_at is null or task.cancelled_at >= today.ends_at)
    union all
    select
        filed_on as happened_on,
        squad_id,
        0 as platform_task,
        1 as penalty_case
    from {{ ref('fct_penalty_case') }}
),

year as (
    select
        ends.as_of,
        work.squad_id,
        sum(work.platform_task) as platform_tasks,
        sum(work.penalty_case) as penalty_cases
    from ends
    inner join work on ends.as_of >= work.happened_on and work.happened_on > ends.as_of - interval 12 month
    group by all
)

select
    squads.as_of,
    squads.month,
    squads.squad_id,
    coalesce(people.officers, 0) as officers,
    coalesce(people.auxiliaries, 0) as auxiliaries,
    coalesce(extents.streets, 0) as streets,
    cast(extents.built_up_area_km2 as decimal(14, 2)) as area_km2,
    cast(extents.population as bigint) as population,
    cast(coalesce(year.platform_tasks, 0) as bigint) as platform_tasks_12_months,
    cast(coalesce(year.penalty_cases, 0) as bigint) as penalty_cases_12_months
from squads
left join people on squads.as_of = people.as_of and squads.squad_id = people.squad_id
left join extents on squads.as_of = extents.as_of and squads.squad_id = extents.squad_id
left join year on squads.as_of = year.as_of and squads.squad_id = year.squad_id
