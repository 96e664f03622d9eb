-- Payments for programmes (经费投入) up to the as-of date. Programmes are never added up.
select
    payments.payment_no,
    payments.program_id,
    payments.amount_yuan,
    payments.paid_on,
    payments.purpose,
    {{ provenance('payments') }}
from {{ ref('stg_registers__investments') }} as payments
cross join {{ ref('dim_as_of') }} as today
where payments.paid_on <= today.as_of_on
