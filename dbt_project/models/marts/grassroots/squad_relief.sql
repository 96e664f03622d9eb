-- What the next weeks bring to each squad, beside its people and patrol hours, and what it would take to spread hours
-- as the cases are expected to be. A suggestion to be weighed by people: hours_to_balance says how many, its two ends
-- how sure; by_citizens is the same by reports of citizens alone, which do not grow with patrols.
with expected as (
    select
        made_on,
        starts_on as week,
        squad_id,
        expected,
        expected_citizen,
        low,
        high
    from {{ ref('agg_case_forecast') }}
    where level = 'squad' and grain = 'week' and not is_backtest and squad_id <> 'unassigned'
),

-- Patrol hours of an ordinary week: the mean of the last eight whole ones, without stability duty and key events.
hours as (
    select
        duty.squad_id,
        sum(duty.duty_hours) / 8 as patrol_hours
    from {{ ref('fct_duty') }} as duty
    cross join {{ ref('dim_as_of') }} as today
    where
        not duty.is_stability
        and duty.on_duty_on < date_trunc('week', today.ends_at)
        and duty.on_duty_on >= date_trunc('week', today.ends_at) - interval 56 day
    group by duty.squad_id
),

people as (
    select
        squad_id,
        count(*) filter (where staff_type = 'established') as officers,
        count(*) filter (where staff_type = 'auxiliary') as auxiliaries
    from {{ ref('fct_staff_month') }}
    where as_of = (select max(latest.as_of) from {{ ref('fct_staff_month') }} as latest)
    group by squad_id
),

beside as (
    select
        expected.*,
        coalesce(people.officers, 0) as officers,
        coalesce(people.auxiliaries, 0) as auxiliaries,
        hours.patrol_hours,
        -- Over the squads whose hours are known: others have none to give, and none can be told for them.
        sum(if(hours.patrol_hours > 0, expected.expected, 0)) over (partition by expected.week) as all_expected,
        sum(if(hours.patrol_hours > 0, expected.expected_citizen, 0)) over (partition by expected.week) as all_citizen,
        sum(hours.patrol_hours) over (partition by expected.week) as all_hours
    from expected
    left join hours on expected.squad_id = hours.squad_id
    left join people on expected.squad_id = people.squad_id
),

balanced as (
    select
        *,
        expected / nullif(all_expected, 0) * all_hours - patrol_hours as hours_to_balance,
        low / nullif(all_expected - expected + low, 0) * all_hours - patrol_hours as hours_to_balance_low,
        high / nullif(all_expected - expected + high, 0) * all_hours - patrol_hours as hours_to_balance_high,
        expected_citizen / nullif(all_citizen, 0) * all_hours - patrol_hours as hours_to_balance_by_citizens
    from beside
)

select
    made_on,
    week,
    squad_id,
    cast(expected as decimal(12, 4)) as expected,
    cast(least(expected_citizen, expected) as decimal(12, 4)) as expected_citizen,
    cast(low as decimal(12, 4)) as low,
    cast(high as decimal(12, 4)) as high,
    officers,
    auxiliaries,
    cast(patrol_hours as decimal(12, 2)) as patrol_hours,
    cast(hours_to_balance as decimal(12, 2)) as hours_to_balance,
    cast(hours_to_balance_low as decimal(12, 2)) as hours_to_balance_low,
    cast(hours_to_balance_high as decimal(12, 2)) as hours_to_balance_high,
    cast(hours_to_balance_by_citizens as decimal(12, 2)) as hours_to_balance_by_citizens,
    case
        when hours_to_balance is null then 'unknown'
        when hours_to_balance_low > 0 and hours_to_balance_by_citizens > 0 then 'over'
        when hours_to_balance_high < 0 and hours_to_balance_by_citizens < 0 then 'under'
        else 'about'
    end as verdict
from balanced
