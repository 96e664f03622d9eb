-- Each case in each reporting period that it is evaluated in, as it stood when the period was frozen or, before that,
-- at the end of the as-of day: what happened after the freezing does not count, so that an evaluation changes only when
-- a record does. The city chooses whether a case belongs to the period of its filing or of its deadline.
{{ config(
    materialized='incremental',
    pre_hook='{{ forget_evaluated_cases() }}',
    post_hook='{{ note_evaluated_months() }}'
) }}

with appeals as (
    select
        appeal.case_id,
        period.period_id,
        min(appeal.decided_on) as excluded_on
    from {{ ref('fct_evaluation_appeal') }} as appeal
    inner join {{ ref('dim_period') }} as period on appeal.period_id is null or appeal.period_id = period.period_id
    where appeal.upheld = 1
    group by appeal.case_id, period.period_id
),

-- Engines sort every case to find the period between whose ends its day lies, and look up a day at once.
period_days as (
    select
        period.*,
        {{ each_date('period.starts_on', 'period.ends_on', 1) }} as date_on
    from {{ ref('dim_period') }} as period
    inner join {{ ref('dim_as_of') }} as today on period.starts_on <= today.as_of_on
),

looked_at as {{ made_first() }} (
    select *
    from {{ ref('fct_platform_case') }}
    {{ only_evaluated_cases() }}
),

filed as (
    select
        record.*,
        today.as_of_on,
        today.ends_at as day_ends_at,
        city.verify_limit_hours,
        city.accurate_dispatch,
        city.handling_cap_hours,
        cast(case
            when city.case_cohort = 'due' and record.due_at is not null then record.due_at
            when record.filed_at < today.ends_at then record.filed_at
            else record.reported_at
        end as date) as counted_on
    from looked_at as record
    cross join {{ ref('dim_as_of') }} as today
    cross join {{ ref('dim_city') }} as city
    where {{ against_one_row('record.reported_at < today.ends_at') }}
),

cases as (
    select
        period.period_id,
        period.freezes_on,
        filed.*,
        channel.is_public,
        department.squad_id as unit_squad_id,
        least(filed.day_ends_at, cast(period.freezes_on + interval 1 day as timestamp)) as ends_at
    from filed
    inner join period_days as period on filed.counted_on = period.date_on
    left join {{ ref('dim_channel') }} as channel on filed.channel = channel.channel
    left join {{ ref('dim_department') }} as department on filed.unit_code = department.unit_code
),

happened as (
    select
        *,
        {{ case_happened() }}
    from cases
)

select
    happened.period_id,
    happened.counted_on,
    happened.case_id,
    happened.street_code,
    happened.squad_id,
    happened.grid_code,
    case when happened.is_dispatched then happened.unit_code end as unit_code,
    happened.channel,
    {{ case_flags() }},
    case
        when not happened.is_handled then 0
        when happened.handling_cap_hours = 0 then {{ seconds_between('happened.dispatched_at', 'happened.handled_at') }}
        else least(
            {{ seconds_between('happened.dispatched_at', 'happened.handled_at') }}, happened.handling_cap_hours * 3600
        )
    end as handling_seconds,
    appeals.excluded_on,
    appeals.excluded_on is not null as is_excluded,
    coalesce(appeals.excluded_on <= happened.freezes_on, false) as is_excluded_at_freezing,
    {{ provenance('happened') }}
from happened
left join appeals on happened.case_id = appeals.case_id and happened.period_id = appeals.period_id
