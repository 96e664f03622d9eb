-- The three reviews: what was found in each round, by month of submission, and what was put right.
select
    cast(date_trunc('month', submitted_on) as date) as month,
    round_no,
    finding_type,
    count(*) as entries,
    count(*) filter (where is_reviewed) as reviewed,
    count(*) filter (where is_finding) as findings,
    count(*) filter (where is_resolved_finding) as resolved
from {{ ref('fct_power_item_review') }}
group by all
