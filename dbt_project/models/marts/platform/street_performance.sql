-- How streets fare, by month of filing. Whoever sees a problem should be able to deal with it (看的见的管得着): cases
-- that are discovered and handled within the same street.
{{ config(materialized='incremental', pre_hook='{{ forget_recounted_months() }}') }}

select
    month,
    street_code,
    cast(sum(filed) as bigint) as filed,
    cast(sum(cancelled) as bigint) as cancelled,
    cast(sum(close_due) as bigint) as due,
    cast(sum(closed) as bigint) as closed,
    cast(sum(closed_on_time) as bigint) as closed_on_time,
    cast(sum(overdue_open) as bigint) as overdue_open,
    cast(sum(handle_due) as bigint) as handle_due,
    cast(sum(handled) as bigint) as handled,
    cast(sum(handled_on_time) as bigint) as handled_on_time,
    cast(sum(same_street_handled) as bigint) as same_street_handled,
    cast(sum(rework) as bigint) as rework,
    cast(sum(on_time_closing_base) as bigint) as on_time_closing_base,
    cast(sum(rework_base) as bigint) as rework_base,
    cast(sum(public_verified) as bigint) as public_verified,
    cast(sum(dispatched) as bigint) as dispatched,
    cast(coalesce(sum(dispatch_seconds), 0) / 3600 as decimal(18, 4)) as dispatch_hours_sum,
    cast(coalesce(sum(handling_seconds), 0) / 3600 as decimal(18, 4)) as handling_hours_sum
from {{ ref('fct_case_standing') }}
where
    filed = 1
    {{ only_recounted_months('and', 'filed_on') }}
group by month, street_code
