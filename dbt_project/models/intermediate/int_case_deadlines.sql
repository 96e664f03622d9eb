-- The handling deadline of each case before any suspension: when its clock started (dispatch), its limit, and where
-- that ends. The limit is the case's own; where it has none, the rule for its class that was valid on the day of
-- filing (the first condition, since records do not say which condition applied). Holidays, office hours and the
-- four kinds: macros/deadlines.sql.
{{ reads_touched_cases() }}{{ config(materialized='incremental', unique_key='case_id') }}

with cases as (
    select
        *,
        coalesce(filed_at, reported_at) as ruled_at
    from {{ ref('stg_platform__cases') }} as incoming
    {% if is_incremental() %}
        where
            {{ is_touched(
                'incoming', 'case_id', ['_batch_seq', '_source_row'], only_touched_cases('', 'incoming.case_id')
            ) }}
    {% endif %}
),

rules as (
    select
        cases.case_id,
        min_by(sla.limit_value, sla.condition_no) as limit_value,
        min_by(sla.limit_unit, sla.condition_no) as limit_unit
    from cases
    inner join {{ source('reference', 'sla_rules') }} as sla
        on
            cases.code_scheme = sla.code_scheme
            and cases.class_code = sla.class_code
            and cases.ruled_at >= sla.valid_from
            and (sla.valid_to is null or cases.ruled_at < sla.valid_to)
    where cases.limit_value is null or cases.limit_unit is null
    group by cases.case_id
),

limits as (
    select
        cases.case_id,
        cases.dispatched_at as started_at,
        coalesce(rules.limit_value, cases.limit_value) as limit_value,
        coalesce(rules.limit_unit, cases.limit_unit) as limit_unit,
        case
            when rules.case_id is not null then 'sla_rule'
            when cases.limit_value is not null and cases.limit_unit is not null then 'case'
        end as limit_source,
        cases._batch_seq,
        cases._source_row
    from cases
    left join rules on cases.case_id = rules.case_id
),

deadlines as (
    {{ deadline_urgent_hours('limits') }}
    union all
    {{ deadline_work_hours('limits', ref('int_work_intervals')) }}
    union all
    {{ deadline_work_days('limits', ref('int_workdays')) }}
    union all
    {{ deadline_calendar_days('limits') }}
)

select
    limits.case_id,
    limits.started_at,
    limits.limit_value,
    limits.limit_unit,
    limits.limit_source,
    deadlines.base_due_at,
    limits._batch_seq,
    limits._source_row
from limits
left join deadlines on limits.case_id = deadlines.case_id
