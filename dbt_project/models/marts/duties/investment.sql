-- What each programme cost and brought. One row a programme, and no total over them: the report names three amounts of
-- three programmes that must not be added.
with paid as (
    select
        program_id,
        sum(amount_yuan) as amount_yuan,
        count(*) as payments,
        min(paid_on) as first_paid_on,
        max(paid_on) as last_paid_on
    from {{ ref('fct_investment') }}
    group by program_id
),

brought as (
    select
        program_id,
        sum(quantity) as equipment_quantity
    from {{ ref('fct_asset') }}
    group by program_id
)

select
    program.program_id,
    program.name_zh as program_name,
    cast(paid.amount_yuan as decimal(16, 2)) as amount_yuan,
    coalesce(paid.payments, 0) as payments,
    paid.first_paid_on,
    paid.last_paid_on,
    cast(coalesce(brought.equipment_quantity, 0) as bigint) as equipment_quantity
from {{ ref('dim_program') }} as program
left join paid on program.program_id = paid.program_id
left join brought on program.program_id = brought.program_id
