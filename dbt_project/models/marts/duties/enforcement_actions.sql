-- Daily enforcement by month, kind and squad. The unit follows from the kind: pieces (块) and incidents (起) are never
-- added up. What came of it is counted in entries, which all kinds have alike.
select
    cast(date_trunc('month', acted_on) as date) as month,
    action_type,
    squad_id,
    unit,
    cast(sum(quantity) as bigint) as quantity,
    count(*) as entries,
    count(outcome) as entries_with_outcome,
    count(*) filter (where outcome = 'education') as education_entries,
    count(*) filter (where outcome = 'correction_order') as correction_entries,
    count(*) filter (where outcome = 'penalty') as penalty_entries
from {{ ref('fct_enforcement_action') }}
group by all
