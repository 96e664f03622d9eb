-- Publication of decisions by general procedure, by month of decision. `due` counts where a rule says until when.
select
    cast(date_trunc('month', standing.decided_on) as date) as month,
    standing.squad_id,
    count(*) as decisions,
    count(*) filter (where standing.is_published) as published,
    count(checked.case_no) as due,
    count(*) filter (where not checked.is_breach) as published_on_time
from {{ ref('fct_penalty_standing') }} as standing
left join {{ ref('fct_procedure_check') }} as checked
    on standing.case_no = checked.case_no and checked.check_id = 'publicity_time'
where standing.is_general and standing.is_decided
group by all
