-- Each check of procedure that applies to a case, one row, by the law in force on the day that begins its term: a term
-- counts once its act is done or its last day is over, a bound once the act is done.
with steps as (
    select
        step.case_no,
        step.check_id,
        step.party_unit,
        step.begins_on,
        step.void_on,
        step.amount,
        case when step.done_on <= today.as_of_on then step.done_on end as done_on,
        today.as_of_on,
        penalty.procedure,
        penalty.squad_id,
        penalty.street_code,
        {{ provenance('penalty') }}
    from {{ ref('int_procedure_steps') }} as step
    inner join {{ ref('fct_penalty_case') }} as penalty on step.case_no = penalty.case_no
    cross join {{ ref('dim_as_of') }} as today
    where step.begins_on <= today.as_of_on
),

limited as (
    select
        steps.*,
        law.rule_id,
        law.duty_of,
        law.comparison,
        law.limit_value,
        law.limit_unit,
        law.article,
        law.limit_unit in ('calendar_days', 'work_days') as is_term
    from steps
    inner join {{ ref('dim_law_limit') }} as law
        on
            steps.check_id = law.check_id
            and (law.procedure is null or steps.procedure = law.procedure)
            and (law.limit_unit not in ('yuan_person', 'yuan_org') or steps.party_unit = law.limit_unit)
            and steps.begins_on >= law.valid_from
            and (law.valid_to is null or steps.begins_on < law.valid_to)
),

-- The first day does not count: the n-th workday after it is the last. A day off ends no term of workdays.
workdays as (
    select
        day,
        is_workday,
        workday_no - if(is_workday, 0, 1) as workdays_until
    from {{ ref('int_workdays') }}
),

dated as (
    select
        limited.*,
        case limited.limit_unit
            when 'calendar_days' then limited.begins_on + cast(limited.limit_value as integer)
            when 'work_days' then final.day
        end as due_on,
        case limited.limit_unit
            when 'calendar_days'
                then {{ days_between('limited.begins_on', 'coalesce(limited.done_on, limited.as_of_on)') }}
            when 'work_days' then last.workdays_until - first.workdays_until
            else limited.amount
        end as found_value
    from limited
    left join workdays as first on limited.begins_on = first.day
    left join workdays as last on coalesce(limited.done_on, limited.as_of_on) = last.day
    left join workdays as final
        on
            final.is_workday
            and limited.limit_unit = 'work_days'
            and first.workdays_until + cast(limited.limit_value as bigint) = final.workdays_until
)

select
    case_no,
    check_id,
    rule_id,
    duty_of,
    procedure,
    squad_id,
    street_code,
    begins_on,
    done_on,
    case when comparison = 'at_most' then due_on end as due_on,
    cast(found_value as decimal(14, 4)) as found_value,
    comparison,
    limit_value,
    limit_unit,
    coalesce(
        case
            when comparison = 'at_least' then round(found_value, 4) < limit_value
            when is_term then coalesce(done_on, as_of_on) > due_on
            else round(found_value, 4) > limit_value
        end,
        false
    ) as is_breach,
    article,
    {{ provenance() }}
from dated
where
    not is_term
    or done_on is not null
    or (comparison = 'at_most' and due_on < as_of_on and (void_on is null or void_on > as_of_on))
