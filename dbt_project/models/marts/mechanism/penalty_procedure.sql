-- Penalty cases by procedure and month of filing: how many of those filed are decided and closed by the as-of date,
-- and their fines.
select
    cast(date_trunc('month', filed_on) as date) as month,
    squad_id,
    procedure,
    count(*) as cases_filed,
    count(*) filter (where is_decided) as cases_decided,
    count(*) filter (where is_closed) as cases_closed,
    cast(sum(fine_yuan) as decimal(16, 2)) as fine_yuan,
    cast(coalesce(sum(decision_days), 0) as bigint) as decision_days,
    cast(coalesce(sum(closing_days), 0) as bigint) as closing_days,
    count(*) filter (where is_with_correction) as with_correction
from {{ ref('fct_penalty_standing') }}
group by all
