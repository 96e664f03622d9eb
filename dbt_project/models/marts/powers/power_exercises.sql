-- Penalty cases by the category of power that they exercised, in the month of filing.
select
    cast(date_trunc('month', filed_on) as date) as month,
    squad_id,
    power_domain,
    count(*) as cases,
    count(*) filter (where is_attributed) as attributed
from {{ ref('fct_power_exercise') }}
group by all
