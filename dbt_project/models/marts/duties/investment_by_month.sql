-- Payments by month and programme: the months of marts.investment. No total over programmes here either.
select
    cast(date_trunc('month', paid_on) as date) as month,
    program_id,
    cast(sum(amount_yuan) as decimal(16, 2)) as amount_yuan,
    count(*) as payments
from {{ ref('fct_investment') }}
group by all
