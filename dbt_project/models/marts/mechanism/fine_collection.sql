-- Fines decided against what the bank received for them, by month of decision; receipts that match no decision by the
-- month of payment.
with amounts as (
    select
        decided_on as counted_on,
        squad_id,
        fine_yuan as decided_yuan,
        ledger_paid_yuan,
        received_yuan as paid_yuan,
        received_on_time_yuan as paid_on_time_yuan,
        received_on_spot_yuan as on_spot_yuan,
        surcharge_yuan,
        0 as unmatched_yuan,
        0 as unmatched_receipts
    from {{ ref('fct_penalty_standing') }}
    where is_decided
    union all
    select
        counted_on,
        squad_id,
        0 as decided_yuan,
        0 as ledger_paid_yuan,
        0 as paid_yuan,
        0 as paid_on_time_yuan,
        0 as on_spot_yuan,
        0 as surcharge_yuan,
        paid_yuan + surcharge_yuan as unmatched_yuan,
        1 as unmatched_receipts
    from {{ ref('fct_fine_receipt') }}
    where not is_matched
)

select
    cast(date_trunc('month', counted_on) as date) as month,
    squad_id,
    cast(sum(decided_yuan) as decimal(16, 2)) as decided_yuan,
    cast(sum(ledger_paid_yuan) as decimal(16, 2)) as ledger_paid_yuan,
    cast(sum(paid_yuan) as decimal(16, 2)) as paid_yuan,
    cast(sum(paid_on_time_yuan) as decimal(16, 2)) as paid_on_time_yuan,
    cast(sum(on_spot_yuan) as decimal(16, 2)) as on_spot_yuan,
    cast(sum(surcharge_yuan) as decimal(16, 2)) as surcharge_yuan,
    cast(sum(unmatched_yuan) as decimal(16, 2)) as unmatched_yuan,
    cast(sum(unmatched_receipts) as bigint) as unmatched_receipts
from amounts
group by all
