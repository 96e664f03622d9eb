-- Items of the list of powers and duties (权责事项), one row each, as they stand on the as-of day.
select
    item.item_id,
    item.item_name,
    item.power_type,
    item.major_item,
    item.power_domain,
    item.power_group,
    item.is_full_scope,
    item.basis,
    item.duty,
    item.accountability,
    item.original_org,
    item.approval_org,
    item.supervising_org,
    item.supervision_rule,
    item.exercising_org,
    item.valid_from,
    item.valid_to,
    item.published_on,
    item.valid_from <= today.as_of_on and (item.valid_to is null or item.valid_to > today.as_of_on) as is_in_force,
    coalesce(item.published_on <= today.as_of_on, false) as is_published,
    item.basis is not null as has_basis,
    item.duty is not null as has_duty,
    item.accountability is not null as has_accountability,
    item.approval_org is not null as has_approval,
    item.supervising_org is not null as has_supervising_org,
    item.supervision_rule is not null as has_supervision_rule,
    -- 审批权和执法权: a permit is the approval itself; of the others it is asked whether another one approves.
    case
        when item.power_type <> 'permit' and item.approval_org is not null
            then coalesce(item.approval_org <> item.exercising_org, false)
    end as is_approval_separate,
    {{ provenance('item') }}
from {{ ref('stg_powers__power_items') }} as item
cross join {{ ref('dim_as_of') }} as today
