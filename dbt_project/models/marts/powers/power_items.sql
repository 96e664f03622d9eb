-- The list of powers, one row an item: how it went through review, whether it is published and complete, and how
-- often it was exercised. Times exercised are known for penalties only; of other powers there is no record here.
with reviews as (
    select
        item_id,
        count(distinct round_no) filter (where is_reviewed) as review_rounds,
        count(*) filter (where is_finding) as findings,
        count(*) filter (where is_resolved_finding) as findings_resolved
    from {{ ref('fct_power_item_review') }}
    group by item_id
),

exercised as (
    select
        item_id,
        count(*) as times_exercised
    from {{ ref('fct_power_exercise') }}
    where is_attributed
    group by item_id
)

select
    item.item_id,
    cast(date_trunc('month', item.valid_from) as date) as month,
    item.item_name,
    item.power_type,
    item.major_item,
    item.power_domain,
    item.power_group,
    item.original_org,
    item.valid_from,
    item.valid_to,
    item.is_in_force,
    item.is_published,
    item.published_on,
    coalesce(reviews.review_rounds, 0) as review_rounds,
    coalesce(reviews.findings, 0) as findings,
    coalesce(reviews.findings_resolved, 0) as findings_resolved,
    item.has_basis,
    item.has_duty,
    item.has_accountability,
    item.has_basis and item.has_duty and item.has_accountability as is_complete,
    item.has_approval,
    item.has_supervising_org,
    item.has_supervision_rule,
    item.is_approval_separate,
    case when item.power_type = 'penalty' then coalesce(exercised.times_exercised, 0) end as times_exercised
from {{ ref('dim_power_item') }} as item
left join reviews on item.item_id = reviews.item_id
left join exercised on item.item_id = exercised.item_id
