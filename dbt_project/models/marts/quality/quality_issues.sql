-- What was refused each night and why, by feed, rule and field, and how many of these rows wait, were replaced or set
-- aside.
select
    loaded_for_on as date,
    feed,
    rule,
    field,
    count(*) as rows,
    count(*) filter (where status = 'open') as open,
    count(*) filter (where status = 'replaced') as replaced,
    count(*) filter (where status = 'dismissed') as dismissed
from {{ ref('fct_quarantine_reason') }}
group by loaded_for_on, feed, rule, field
