-- Which level of the second-tier platform (二级平台) deals with cases, by month of filing: 局机关、科室、大队、中队.
{{ config(materialized='incremental', pre_hook='{{ forget_recounted_months() }}') }}

select
    month,
    squad_id,
    handling_level,
    cast(sum(filed_on_time) as bigint) as filed_on_time,
    cast(sum(filed_accurately) as bigint) as filed_accurately,
    cast(sum(public_verified) as bigint) as public_verified,
    cast(sum(dispatch_due) as bigint) as dispatch_due,
    cast(sum(dispatched) as bigint) as dispatched,
    cast(sum(dispatched_on_time) as bigint) as dispatched_on_time,
    cast(sum(dispatched_accurately) as bigint) as dispatched_accurately,
    cast(sum(handle_due) as bigint) as handle_due,
    cast(sum(handled) as bigint) as handled,
    cast(sum(handled_on_time) as bigint) as handled_on_time,
    cast(sum(overdue_unhandled) as bigint) as overdue_unhandled,
    cast(sum(check_due) as bigint) as check_due,
    cast(sum(checked_on_time) as bigint) as checked_on_time,
    cast(sum(close_due) as bigint) as due,
    cast(sum(closed) as bigint) as closed,
    cast(sum(closed_on_time) as bigint) as closed_on_time,
    cast(sum(closed_late) as bigint) as closed_late,
    cast(sum(not_closed) as bigint) as not_closed,
    cast(sum(rework) as bigint) as rework,
    cast(sum(returned) as bigint) as returned,
    cast(sum(suspended) as bigint) as suspended,
    cast(sum(extended) as bigint) as extended,
    cast(sum(reopened) as bigint) as reopened,
    cast(sum(same_street_handled) as bigint) as same_street_handled,
    cast(sum(on_time_closing_base) as bigint) as on_time_closing_base,
    cast(sum(rework_base) as bigint) as rework_base,
    cast(coalesce(sum(dispatch_seconds), 0) as bigint) as dispatch_seconds_sum,
    cast(coalesce(sum(handling_seconds), 0) as bigint) as handling_seconds_sum,
    cast(coalesce(sum(closing_seconds), 0) as bigint) as closing_seconds_sum
from {{ ref('fct_case_standing') }}
where
    filed = 1
    {{ only_recounted_months('and', 'filed_on') }}
group by month, squad_id, handling_level
