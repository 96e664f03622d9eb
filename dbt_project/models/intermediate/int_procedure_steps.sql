-- What each check of procedure looks at, one row per case and check that can apply: for a term its first and its last
-- day, for a bound the amount that is held against it. The day in `begins_on` says which law applies. From `void_on` on
-- a term no longer runs.
{#- Check, day that begins a term or is judged, day of the act, day from which the term is void, amount that is held
    against a bound. Where no officer is named, nothing is known of them. -#}
{%- set checks = [
    ("decision_time", "filed_on", "decided_on", "closed_on", "null"),
    ("notice_first", "decided_on", "null", "null", "if(notified_on <= decided_on, 1, 0)"),
    ("hearing_request", "if(hearing_requested_on is null, null, notified_on)", "hearing_requested_on", "null", "null"),
    ("hearing_held", "if(hearing_requested_on is null, null, decided_on)", "null", "null", "if(hearing_held_on <= decided_on, 1, 0)"),
    ("hearing_notice", "if(hearing_held_on is null, null, hearing_notified_on)", "hearing_held_on", "null", "null"),
    ("legal_review", "if(may_be_heard, decided_on, null)", "null", "null", "if(legal_reviewed_on <= decided_on, 1, 0)"),
    ("service_time", "decided_on", "served_on", "null", "null"),
    ("payment_time", "if(fine_yuan > 0, served_on, null)", "paid_on", "if(close_type in ('withdrawn', 'terminated'), closed_on, null)", "null"),
    ("surcharge_cap", "if(surcharge_yuan > 0, paid_on, null)", "null", "null", "surcharge_share"),
    ("surcharge_rate", "if(surcharge_yuan > 0, paid_on, null)", "null", "null", "surcharge_per_day"),
    ("on_spot_fine", "if(fine_yuan > 0, decided_on, null)", "null", "null", "fine_yuan"),
    ("cash_on_spot", "if(collect_mode = 'on_spot', paid_on, null)", "null", "null", "fine_yuan"),
    ("two_officers", "if(officers > 0, filed_on, null)", "null", "null", "officers"),
    ("no_auxiliary", "if(officers > 0, filed_on, null)", "null", "null", "auxiliaries"),
    ("publicity_time", "decided_on", "published_on", "null", "null"),
] %}

with cases as (
    select
        penalty.*,
        kinds.officers,
        kinds.auxiliaries,
        -- The law has one bound for citizens and one for legal persons and other organisations.
        case
            when penalty.party_kind = 'person' then 'yuan_person'
            when penalty.party_kind is not null then 'yuan_org'
        end as party_unit
    from {{ ref('stg_case_files__penalty_cases') }} as penalty
    inner join {{ ref('int_penalty_officer_kinds') }} as kinds on penalty.case_no = kinds.case_no
),

judged as (
    select
        cases.*,
        cases.hearing_requested_on is not null
        or coalesce(cases.fine_yuan >= large.limit_value, false) as may_be_heard,
        cases.surcharge_yuan / nullif(cases.fine_yuan, 0) as surcharge_share,
        -- Paid in time there was nothing to charge: the whole is then one day's.
        surcharge_share
        / greatest({{ days_between('cases.served_on', 'cases.paid_on') }} - coalesce(term.limit_value, 0), 1)
            as surcharge_per_day
    from cases
    left join {{ source('reference', 'law_limits') }} as large
        on
            large.check_id = 'large_fine'
            and cases.party_unit = large.limit_unit
            and cases.decided_on >= large.valid_from
            and (large.valid_to is null or cases.decided_on < large.valid_to)
    left join {{ source('reference', 'law_limits') }} as term
        on
            term.check_id = 'payment_time'
            and cases.served_on >= term.valid_from
            and (term.valid_to is null or cases.served_on < term.valid_to)
),

cash as (
    select
        penalty.case_no,
        min(receipt.paid_on) as taken_on,
        max(receipt.handed_in_on) as handed_in_on
    from {{ ref('stg_case_files__penalty_cases') }} as penalty
    inner join {{ ref('stg_mechanism__fine_receipts') }} as receipt on penalty.decision_no = receipt.decision_no
    where receipt.collect_mode = 'on_spot'
    group by all
),

steps as (
    {% for check_id, begins_on, done_on, void_on, amount in checks %}
        select
            case_no,
            party_unit,
            '{{ check_id }}' as check_id,
            {{ begins_on }} as begins_on,
            {{ done_on }} as done_on,
            {{ void_on }} as void_on,
            {{ amount }} as amount
        from judged
        union all
    {% endfor %}
    select
        case_no,
        null as party_unit,
        'cash_hand_in' as check_id,
        taken_on as begins_on,
        handed_in_on as done_on,
        null as void_on,
        null as amount
    from cash
)

select
    case_no,
    check_id,
    party_unit,
    begins_on,
    done_on,
    void_on,
    cast(amount as double) as amount
from steps
where begins_on is not null
