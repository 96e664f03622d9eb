-- Appeals against the evaluation, one row each, with the reason and what was decided by the as-of day. An upheld one
-- takes its case out of the evaluation, and out of nothing else.
select
    appeal.appeal_no,
    appeal.case_id,
    filed.case_no,
    appeal.period_id,
    filed.street_code,
    filed.squad_id,
    coalesce(appeal.unit_code, filed.unit_code) as unit_code,
    appeal.reason,
    appeal.submitted_on,
    case when appeal.decided_on <= today.as_of_on then appeal.decided_on end as decided_on,
    case when appeal.decided_on <= today.as_of_on then appeal.outcome end as outcome,
    1 as submitted,
    cast(coalesce(appeal.decided_on <= today.as_of_on, false) as integer) as decided,
    cast(coalesce(appeal.decided_on <= today.as_of_on and appeal.outcome = 'excluded', false) as integer) as upheld,
    {{ provenance('appeal') }}
from {{ ref('stg_platform__evaluation_appeals') }} as appeal
cross join {{ ref('dim_as_of') }} as today
left join {{ ref('fct_platform_case') }} as filed on appeal.case_id = filed.case_id
where appeal.submitted_on <= today.as_of_on
