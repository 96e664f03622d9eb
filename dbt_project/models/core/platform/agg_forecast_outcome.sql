-- Every forecast whose period is over, beside what came: those of the rolling backtest, and those that were frozen on
-- past nights (of a week the first that was made). Counted anew tonight, so that late reports count.
with frozen as (
    select frozen.*
    from {{ ref('agg_forecast_frozen') }} as frozen
    cross join {{ ref('dim_as_of') }} as today
    where
        frozen.made_on <= today.as_of_on
        and frozen.starts_on + if(frozen.grain = 'day', 1, 7) <= cast(today.ends_at as date)
    qualify row_number() over (
        partition by
            frozen.grain, frozen.level, frozen.street_code, frozen.event_class, frozen.origin_on, frozen.starts_on
        order by frozen.made_on
    ) = 1
),

-- Added up by day, street and class first: each case is looked at once and not for every grain and level.
daily as (
    select
        date_on,
        street_code,
        major_class,
        sum(cases) as cases
    from {{ ref('agg_case_day') }}
    group by date_on, street_code, major_class
),

counted as (
    select
        grain.name as grain,
        level.name as level,
        cast(if(grain.name = 'day', cases.date_on, date_trunc('week', cases.date_on)) as date) as starts_on,
        if(level.name in ('street_class', 'street'), cases.street_code, 'all') as street_code,
        if(level.name in ('street_class', 'class'), cases.major_class, 'all') as event_class,
        cast(sum(cases.cases) as bigint) as actual
    from daily as cases
    cross join (values ('day'), ('week')) as grain (name)
    cross join (values ('street_class'), ('street'), ('class'), ('city')) as level (name)
    group by all
)

select
    'frozen' as evidence,
    frozen.made_on,
    frozen.grain,
    frozen.level,
    frozen.street_code,
    frozen.event_class,
    frozen.starts_on,
    frozen.horizon,
    frozen.expected,
    frozen.likely,
    frozen.low,
    frozen.high,
    frozen.naive as naive_expected,
    coalesce(counted.actual, 0) as actual
from frozen
left join counted
    on
        frozen.grain = counted.grain
        and frozen.level = counted.level
        and frozen.starts_on = counted.starts_on
        and frozen.street_code = counted.street_code
        and frozen.event_class = counted.event_class
union all
select
    'backtest' as evidence,
    origin_on as made_on,
    grain,
    level,
    street_code,
    event_class,
    starts_on,
    horizon,
    cast(expected as decimal(12, 4)) as expected,
    likely,
    cast(low as decimal(12, 4)) as low,
    cast(high as decimal(12, 4)) as high,
    cast(naive as decimal(12, 4)) as naive_expected,
    actual
from {{ ref('agg_case_forecast') }}
where is_backtest and level <> 'squad'
