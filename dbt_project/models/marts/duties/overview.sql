-- The whole city on one page, in long form: each indicator by month with its unit; a rate as numerator and denominator,
-- a count or an amount as numerator alone. Units are not added up.
with days as (
    select
        dim.date_on,
        dim.month
    from {{ ref('dim_date') }} as dim
    cross join {{ ref('dim_as_of') }} as today
    where dim.date_on <= today.as_of_on
),

-- By their month already: how each case counts stands in fct_case_standing.
cases as (
    select
        month as day,
        sum(filed) - sum(cancelled) as filed,
        sum(closed) as closed,
        sum(closed_on_time) as on_time,
        sum(close_due) as due,
        sum(on_time_closing_base) as on_time_base
    from {{ ref('fct_case_standing') }}
    where filed = 1
    group by month
),

facts as (
    select
        cases.day,
        kinds.indicator,
        case kinds.indicator
            when 'platform_cases' then cases.filed
            when 'platform_closing' then cases.closed
            else cases.on_time
        end as part,
        case kinds.indicator
            when 'platform_closing' then cases.due
            when 'platform_closing_on_time' then cases.on_time_base
        end as whole,
        '件' as unit
    from cases
    cross join (
        values ('platform_cases'), ('platform_closing'), ('platform_closing_on_time')
    ) as kinds (indicator)
    union all
    select
        cast(ticket.accepted_at as date) as day,
        kinds.indicator,
        if(kinds.is_rate, cast(coalesce(ticket.closed_at < today.ends_at, false) as integer), 1) as part,
        if(kinds.is_rate, 1, null) as whole,
        '件' as unit
    from {{ ref('fct_hotline_ticket') }} as ticket
    cross join {{ ref('dim_as_of') }} as today
    cross join (values ('hotline_tickets', false), ('hotline_closing', true)) as kinds (indicator, is_rate)
    where not ticket.is_cancelled
    union all
    select
        penalty.filed_on as day,
        kinds.indicator,
        if(kinds.is_rate, cast(coalesce(penalty.closed_on <= today.as_of_on, false) as integer), 1) as part,
        if(kinds.is_rate, 1, null) as whole,
        '起' as unit
    from {{ ref('fct_penalty_case') }} as penalty
    cross join {{ ref('dim_as_of') }} as today
    cross join (values ('penalty_cases', false), ('penalty_closing', true)) as kinds (indicator, is_rate)
    union all
    select
        discovered_on as day,
        'illegal_buildings' as indicator,
        1 as part,
        null as whole,
        '起' as unit
    from {{ ref('fct_illegal_building') }}
    union all
    select
        demolished_on as day,
        'demolished_area' as indicator,
        demolished_area_m2 as part,
        null as whole,
        'm²' as unit
    from {{ ref('fct_demolition') }}
    union all
    select
        acted_on as day,
        action_type as indicator,
        quantity as part,
        null as whole,
        unit
    from {{ ref('fct_enforcement_action') }}
    union all
    select
        exchanged_on as day,
        'exchange_on_time' as indicator,
        cast(is_on_time as integer) as part,
        cast(is_dated as integer) as whole,
        '次' as unit
    from {{ ref('fct_data_exchange') }}
)

select
    days.month,
    facts.indicator,
    facts.unit,
    cast(sum(facts.part) as decimal(18, 2)) as numerator,
    cast(sum(facts.whole) as decimal(18, 2)) as denominator
from facts
inner join days on facts.day = days.date_on
group by days.month, facts.indicator, facts.unit
