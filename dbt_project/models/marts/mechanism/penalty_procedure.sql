-- Penalty cases by procedure and month of filing: how many of those filed are decided and closed by the as-of date,
-- and their fines.
select
    cast(date_trunc('month', penalty.filed_on) as date) as month,
    penalty.squad_id,
    penalty.procedure,
    count(*) as cases_filed,
    count(*) filter (where penalty.decided_on <= today.as_of_on) as cases_decided,
    count(*) filter (where penalty.closed_on <= today.as_of_on) as cases_closed,
    cast(
        coalesce(sum(penalty.fine_yuan) filter (where penalty.decided_on <= today.as_of_on), 0) as decimal(16, 2)
    ) as fine_yuan
from {{ ref('fct_penalty_case') }} as penalty
cross join {{ ref('dim_as_of') }} as today
where penalty.filed_on <= today.as_of_on
group by all
