-- Which power a penalty case exercised, one row a case: the penalty item whose code the case file gives. Where it gives
-- none, or one that is no penalty item of the list, the cause of action names a class of events (the longest name that
-- stands in it), and the class leads to the one penalty item in force that is about it; so cases from before the list
-- count for the item that would be exercised now.
with causes as (
    select distinct cause
    from {{ ref('fct_penalty_case') }}
    where cause is not null
),

meant as (
    select
        causes.cause,
        max_by(class.event_class, (length(class.name_zh), class.event_class)) as event_class
    from causes
    inner join {{ ref('dim_event_class') }} as class
        on class.category = 'event' and contains(causes.cause, class.name_zh)
    group by causes.cause
),

items as (
    select
        bridge.event_class,
        min(item.item_id) as item_id
    from {{ ref('bridge_power_item_class') }} as bridge
    inner join {{ ref('dim_power_item') }} as item on bridge.item_id = item.item_id
    where item.power_type = 'penalty' and item.is_in_force
    group by bridge.event_class
    having count(*) = 1
)

select
    penalty.case_no,
    penalty.filed_on,
    penalty.procedure,
    penalty.squad_id,
    penalty.street_code,
    coalesce(meant.event_class, 'unknown') as event_class,
    item.item_id,
    coalesce(item.power_domain, 'unknown') as power_domain,
    item.item_id is not null as is_attributed,
    case
        when coded.item_id is not null then 'code'
        when item.item_id is not null then 'cause'
        else 'none'
    end as told_by,
    {{ provenance('penalty') }}
from {{ ref('fct_penalty_case') }} as penalty
cross join {{ ref('dim_as_of') }} as today
left join {{ ref('dim_power_item') }} as coded
    on penalty.power_item_code = coded.item_id and coded.power_type = 'penalty'
left join meant on penalty.cause = meant.cause
left join items on meant.event_class = items.event_class
left join {{ ref('dim_power_item') }} as item on coalesce(coded.item_id, items.item_id) = item.item_id
where penalty.filed_on <= today.as_of_on
