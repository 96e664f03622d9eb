-- Categories of power with what is in force in each on the as-of day, and how often its penalties were exercised.
with items as (
    select
        power_domain,
        count(*) as items,
        count(*) filter (where power_type = 'penalty') as penalty_items,
        count(distinct power_group) as power_groups,
        count(*) filter (where is_full_scope) as full_scope_items,
        count(*) filter (where not is_full_scope) as part_scope_items
    from {{ ref('dim_power_item') }}
    where is_in_force
    group by power_domain
),

exercised as (
    select
        power_domain,
        count(*) as times_exercised
    from {{ ref('fct_power_exercise') }}
    where is_attributed
    group by power_domain
)

select
    domain.power_domain,
    domain.name_zh,
    domain.name_en,
    domain.is_penalty_category,
    coalesce(items.items, 0) as items,
    coalesce(items.penalty_items, 0) as penalty_items,
    coalesce(items.power_groups, 0) as power_groups,
    coalesce(items.full_scope_items, 0) as full_scope_items,
    coalesce(items.part_scope_items, 0) as part_scope_items,
    coalesce(exercised.times_exercised, 0) as times_exercised
from {{ ref('dim_power_domain') }} as domain
left join items on domain.power_domain = items.power_domain
left join exercised on domain.power_domain = exercised.power_domain
