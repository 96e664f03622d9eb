-- Exchanges with other departments by month, department, direction and kind: how many, how many in time, how many rows,
-- and how many days the answers took.
select
    cast(date_trunc('month', exchanged_on) as date) as month,
    partner_org,
    direction,
    kind,
    count(*) as exchanged,
    count(*) filter (where is_dated) as dated,
    count(*) filter (where is_on_time) as on_time,
    cast(sum(rows_sent) as bigint) as rows_sent,
    cast(sum(rows_rejected) as bigint) as rows_rejected,
    count(answered_on) as answered,
    cast(coalesce(sum(answer_days), 0) as bigint) as answer_days_sum
from {{ ref('fct_data_exchange') }}
group by all
