-- Receipts of the bank that collects fines, one row each, with the case that they pay for. What matches no decision, or
-- one that is not taken by the as-of day, is here all the same.
with cases as (
    select
        penalty.case_no,
        penalty.decision_no,
        penalty.procedure,
        penalty.squad_id,
        penalty.decided_on,
        penalty.served_on + cast(term.limit_value as integer) as due_on,
        count(*) over (partition by penalty.decision_no) as cases_of_this_number
    from {{ ref('fct_penalty_case') }} as penalty
    cross join {{ ref('dim_as_of') }} as today
    left join {{ ref('dim_law_limit') }} as term
        on
            term.check_id = 'payment_time'
            and term.limit_unit = 'calendar_days'
            and penalty.served_on >= term.valid_from
            and (term.valid_to is null or penalty.served_on < term.valid_to)
    where penalty.decided_on <= today.as_of_on
),

-- The number of the decision leads to its case; else the number of the case does.
matched as (
    select
        receipt.*,
        coalesce(decided.case_no, filed.case_no) as matched_case_no
    from {{ ref('stg_mechanism__fine_receipts') }} as receipt
    left join cases as decided on receipt.decision_no = decided.decision_no and decided.cases_of_this_number = 1
    left join cases as filed on receipt.case_no = filed.case_no
)

select
    matched.receipt_no,
    matched.decision_no,
    cases.case_no,
    coalesce(cases.procedure, 'unknown') as procedure,
    coalesce(cases.squad_id, 'unassigned') as squad_id,
    cases.decided_on,
    matched.paid_on,
    coalesce(cases.decided_on, matched.paid_on) as counted_on,
    cases.due_on,
    matched.paid_yuan,
    coalesce(matched.surcharge_yuan, 0) as surcharge_yuan,
    matched.collect_mode,
    matched.handed_in_on,
    cases.case_no is not null as is_matched,
    coalesce(matched.paid_on <= cases.due_on, false) as is_on_time,
    matched.collect_mode = 'on_spot' as is_on_spot,
    {{ provenance('matched') }}
from matched
cross join {{ ref('dim_as_of') }} as today
left join cases on matched.matched_case_no = cases.case_no
where matched.paid_on <= today.as_of_on
