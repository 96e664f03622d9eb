-- Training and assessment by month, kind, organisation and squad; people only in aggregate.
select
    cast(date_trunc('month', held_on) as date) as month,
    kind,
    org_id,
    squad_id,
    count(*) filter (where is_first_of_session) as sessions,
    count(*) as attendances,
    cast(coalesce(sum(hours), 0) as decimal(14, 2)) as hours,
    count(*) filter (where is_assessed) as taken,
    count(*) filter (where is_passed) as passed
from {{ ref('fct_training') }}
group by all
