-- How each reported case of the platform stands at the end of the as-of day: flags of 1 and 0 that add up to every
-- count of the standard, with all that they may be grouped by. How they count: macros/case_flags.sql.
{{ config(materialized='incremental', unique_key='case_id', post_hook='{{ forget_what_lies_ahead() }}') }}

with looked_at as {{ made_first() }} (
    select *
    from {{ ref('fct_platform_case') }}
    {{ only_unsettled_cases('where', 'case_id', this) }}
),

cases as (
    select
        filed.*,
        channel.is_public,
        department.squad_id as unit_squad_id,
        coalesce(department.handling_level, 'none') as handling_level,
        city.verify_limit_hours,
        city.accurate_dispatch,
        city.on_time_closing_denominator,
        city.rework_denominator,
        city.filing_denominator,
        today.ends_at
    from looked_at as filed
    cross join {{ ref('dim_as_of') }} as today
    cross join {{ ref('dim_city') }} as city
    left join {{ ref('dim_channel') }} as channel on filed.channel = channel.channel
    left join {{ ref('dim_department') }} as department on filed.unit_code = department.unit_code
    where {{ against_one_row('filed.reported_at < today.ends_at') }}
),

happened as (
    select
        *,
        {{ case_happened() }}
    from cases
),

flagged as (
    select
        *,
        {{ case_flags() }}
    from happened
)

select
    case_id,
    case_no,
    cast(reported_at as date) as reported_on,
    case when is_filed then cast(filed_at as date) end as filed_on,
    case when is_filed then cast(date_trunc('month', filed_at) as date) end as month,
    cast(due_at as date) as due_on,
    case when is_closed then cast(closed_at as date) end as closed_on,
    street_code,
    squad_id,
    coalesce(unit_code, 'none') as unit_code,
    handling_level,
    grid_code,
    event_class,
    category,
    channel,
    is_bureau_task,
    is_live and status = 'suspended' as is_suspended_now,
    {% for name in case_counts() -%}
        {{ name }},
    {% endfor -%}
    cast(null as integer) as missed,
    -- What the city divides by where the field does not agree.
    if(on_time_closing_denominator = 'closed', closed, close_due) as on_time_closing_base,
    if(rework_denominator = 'close_due', close_due, handled) as rework_base,
    if(filing_denominator = 'accepted', accepted, reported) as filing_base,
    case when is_dispatched then {{ seconds_between('reported_at', 'dispatched_at') }} end as dispatch_seconds,
    case when is_handled then {{ seconds_between('dispatched_at', 'handled_at') }} end as handling_seconds,
    case when is_closed then {{ seconds_between('reported_at', 'closed_at') }} end as closing_seconds,
    {{ settled_on() }} as settled_on,
    {{ provenance() }}
from flagged
