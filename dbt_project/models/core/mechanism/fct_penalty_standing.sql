-- How each penalty case stands at the end of the as-of day, one row each: what happened later is not there yet.
with received as (
    select
        case_no,
        sum(paid_yuan) as received_yuan,
        sum(paid_yuan) filter (where is_on_time) as received_on_time_yuan,
        sum(paid_yuan) filter (where is_on_spot) as received_on_spot_yuan,
        sum(surcharge_yuan) as surcharge_yuan
    from {{ ref('fct_fine_receipt') }}
    where is_matched
    group by case_no
),

cut as (
    select
        {{ all_but('penalty', ['decided_on', 'served_on', 'paid_on', 'published_on', 'closed_on', 'archived_on']) }},
        {% for step in ['decided_on', 'served_on', 'paid_on', 'published_on', 'closed_on', 'archived_on'] %}
            case when penalty.{{ step }} <= today.as_of_on then penalty.{{ step }} end as {{ step }},
        {% endfor %}
        kinds.officers
    from {{ ref('fct_penalty_case') }} as penalty
    inner join {{ ref('int_penalty_officer_kinds') }} as kinds on penalty.case_no = kinds.case_no
    cross join {{ ref('dim_as_of') }} as today
    where penalty.filed_on <= today.as_of_on
)

select
    cut.case_no,
    cut.procedure,
    cut.case_source,
    cut.party_kind,
    cut.street_code,
    cut.squad_id,
    cut.power_item_code,
    cut.filed_on,
    cut.decided_on,
    cut.served_on,
    cut.paid_on,
    cut.published_on,
    cut.closed_on,
    cut.archived_on,
    cast(cut.officers as integer) as officers,
    cut.correction,
    cut.procedure = 'general' as is_general,
    cut.decided_on is not null as is_decided,
    cut.closed_on is not null as is_closed,
    cut.archived_on is not null as is_archived,
    cut.published_on is not null and cut.decided_on is not null as is_published,
    cut.correction is not null as is_with_correction,
    coalesce(cut.is_corrected, false) as is_corrected,
    {{ days_between('cut.filed_on', 'cut.decided_on') }} as decision_days,
    {{ days_between('cut.filed_on', 'cut.closed_on') }} as closing_days,
    cast(if(cut.decided_on is null, 0, coalesce(cut.fine_yuan, 0)) as decimal(14, 2)) as fine_yuan,
    cast(if(cut.paid_on is null, 0, coalesce(cut.paid_yuan, 0)) as decimal(14, 2)) as ledger_paid_yuan,
    {% for amount in ['received_yuan', 'received_on_time_yuan', 'received_on_spot_yuan', 'surcharge_yuan'] %}
        cast(coalesce(received.{{ amount }}, 0) as decimal(14, 2)) as {{ amount }},
    {% endfor %}
    {{ provenance('cut') }}
from cut
left join received on cut.case_no = received.case_no
