-- Where the same class comes back week after week. How often is usual is the median over the cells that have the class.
with weeks as (
    select
        cases.grid_code,
        max(cases.street_code) as street_code,
        cases.event_class,
        cast(sum(cases.cases) as bigint) as cases,
        cast(sum(cases.cases_citizen) as bigint) as cases_citizen,
        cast(count(*) as integer) as weeks_with_cases,
        max(cases.last_on) as last_on
    from {{ ref('agg_case_week') }} as cases
    cross join {{ ref('dim_as_of') }} as today
    where
        cases.grid_code <> 'unknown'
        and cases.week < date_trunc('week', today.ends_at)
        and cases.week >= date_trunc('week', today.ends_at) - interval 364 day
    group by cases.grid_code, cases.event_class
)

select
    grid_code,
    street_code,
    event_class,
    cases,
    cases_citizen,
    weeks_with_cases,
    cast(median(weeks_with_cases) over (partition by event_class) as decimal(12, 4)) as usual_weeks,
    last_on
from weeks
qualify weeks_with_cases >= 8 and weeks_with_cases >= 2 * usual_weeks
