-- How cases are closed, by month of filing: sums of the flags of fct_case_standing.
{{ config(materialized='incremental', pre_hook='{{ forget_recounted_months() }}') }}

select
    month,
    squad_id,
    street_code,
    event_class,
    channel,
    cast(sum(filed) as bigint) as filed,
    cast(sum(cancelled) as bigint) as cancelled,
    cast(sum(close_due) as bigint) as due,
    cast(sum(closed) as bigint) as closed,
    cast(sum(closed_on_time) as bigint) as closed_on_time,
    cast(sum(closed_without_deadline) as bigint) as closed_without_deadline,
    cast(sum(overdue_open) as bigint) as overdue_open,
    cast(sum(rework) as bigint) as rework,
    cast(sum(handled) as bigint) as handled,
    cast(sum(on_time_closing_base) as bigint) as on_time_closing_base,
    cast(sum(rework_base) as bigint) as rework_base,
    cast(coalesce(sum(handling_seconds), 0) / 3600 as decimal(18, 4)) as handling_hours_sum
from {{ ref('fct_case_standing') }}
where
    filed = 1
    {{ only_recounted_months('and', 'filed_on') }}
group by month, squad_id, street_code, event_class, channel
