-- The seasonal-naive rule, once for all: for the next 12 weeks, and as a backtest for each of the last 26 whole
-- weeks as it would have been forecast 1 to 12 weeks before. Half the level (mean of the 8 weeks up to the origin),
-- half the season (mean of the same week 52, 104 and 156 weeks before, whichever there are; the level alone where
-- there are none). Nothing of an origin's future is used: a season is at least 40 weeks older than its origin.
with bounds as (
    select
        min(cases.week) as first_week,
        -- The last week that is over on the as-of day.
        max(cast(date_trunc('week', today.ends_at) as date)) - 7 as last_week
    from {{ ref('agg_case_week') }} as cases
    cross join {{ ref('dim_as_of') }} as today
),

weeks as (
    select {{ each_date('first_week', 'last_week', 7) }} as week
    from bounds
),

counted as (
    select
        week,
        street_code,
        major_class as event_class,
        cast(sum(cases) as bigint) as cases
    from {{ ref('agg_case_week') }}
    group by all
),

series as (
    select distinct
        street_code,
        event_class
    from counted
),

-- Weeks without a case are weeks of zero.
dense as (
    select
        weeks.week,
        series.street_code,
        series.event_class,
        coalesce(counted.cases, 0) as cases,
        avg(coalesce(counted.cases, 0)) over (
            partition by series.street_code, series.event_class
            order by weeks.week
            rows between 7 preceding and current row
        ) as level
    from weeks
    cross join series
    left join counted
        on
            weeks.week = counted.week
            and series.street_code = counted.street_code
            and series.event_class = counted.event_class
),

-- `ahead` < 0 are weeks that are over.
targets as (
    select
        bounds.last_week + cast(7 * ahead.n as integer) as week,
        cast(horizons.n as integer) as horizon,
        bounds.last_week + cast(7 * (ahead.n - horizons.n) as integer) as origin_week,
        ahead.n <= 0 as is_backtest
    from bounds
    cross join range(-25, 13) as ahead (n)
    cross join range(1, 13) as horizons (n)
    where ahead.n <= 0 or ahead.n = horizons.n
),

-- One row for each of the same weeks of earlier years, next to the target they speak for.
seasons as (
    select
        week + cast(7 * 52 * years.n as integer) as week,
        street_code,
        event_class,
        avg(cases) as season
    from dense
    cross join range(1, 4) as years (n)
    group by all
)

select
    targets.week,
    targets.horizon,
    targets.origin_week,
    origin.street_code,
    origin.event_class,
    cast(coalesce((origin.level + seasons.season) / 2, origin.level) as decimal(12, 4)) as expected,
    case when targets.is_backtest then actual.cases end as actual,
    targets.is_backtest
from targets
inner join dense as origin on targets.origin_week = origin.week
left join seasons
    on
        targets.week = seasons.week
        and origin.street_code = seasons.street_code
        and origin.event_class = seasons.event_class
left join dense as actual
    on
        targets.week = actual.week
        and origin.street_code = actual.street_code
        and origin.event_class = actual.event_class
