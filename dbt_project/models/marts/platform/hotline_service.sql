-- How the hotlines serve, by month of acceptance: sums of the flags of fct_ticket_standing.
select
    month,
    hotline,
    cast(sum(received) as bigint) as received,
    cast(sum(cancelled) as bigint) as cancelled,
    cast(sum(replied) as bigint) as replied,
    cast(sum(due) as bigint) as due,
    cast(sum(closed) as bigint) as closed,
    cast(sum(closed_on_time) as bigint) as closed_on_time,
    cast(sum(surveyed) as bigint) as surveyed,
    cast(sum(satisfied) as bigint) as satisfied,
    cast(sum(repeated) as bigint) as repeated,
    cast(sum(answer_stated) as bigint) as answer_stated,
    cast(sum(answered_at_once) as bigint) as answered_at_once,
    cast(sum(response_due) as bigint) as response_due,
    cast(sum(responded_on_time) as bigint) as responded_on_time,
    cast(sum(solution_surveyed) as bigint) as solution_surveyed,
    cast(sum(solved) as bigint) as solved,
    cast(sum(replied_with_time) as bigint) as replied_with_time,
    cast(sum(replied_within_15_days) as bigint) as replied_within_15_days,
    cast(sum(replied_within_30_days) as bigint) as replied_within_30_days,
    cast(coalesce(sum(reply_seconds), 0) / 86400 as decimal(18, 6)) as reply_lag_days_sum
from {{ ref('fct_ticket_standing') }}
group by month, hotline
