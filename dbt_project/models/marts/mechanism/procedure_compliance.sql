-- Checks of procedure and breaches, by the month in which the checked term began or the checked act was done.
select
    cast(date_trunc('month', begins_on) as date) as month,
    squad_id,
    check_id,
    duty_of,
    count(*) as cases_checked,
    count(*) filter (where is_breach) as breaches
from {{ ref('fct_procedure_check') }}
group by all
