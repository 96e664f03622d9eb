-- How the hotlines serve, by month of acceptance. What has not happened by the end of the as-of day does not count.
with tickets as (
    select
        ticket.*,
        cast(date_trunc('month', ticket.accepted_at) as date) as month,
        -- A reply or closing without a time counts from the night on which the record says so.
        ticket.is_replied and coalesce(ticket.replied_at < today.ends_at, true) as is_replied_by_now,
        ticket.is_closed and coalesce(ticket.closed_at < today.ends_at, true) as is_closed_by_now,
        ticket.due_at <= today.ends_at as is_deadline_over,
        ticket.satisfaction in ('satisfied', 'fairly', 'unsatisfied')
        and coalesce(ticket.revisited_on <= today.as_of_on, true) as is_surveyed,
        ticket.satisfaction = 'satisfied'
        or (city.satisfied_includes_fairly and ticket.satisfaction = 'fairly') as is_satisfied,
        case when ticket.replied_at < today.ends_at then date_diff('second', ticket.accepted_at, ticket.replied_at) end
            as lag_seconds
    from {{ ref('fct_hotline_ticket') }} as ticket
    cross join {{ ref('dim_as_of') }} as today
    cross join {{ ref('dim_city') }} as city
    where ticket.accepted_at < today.ends_at
)

select
    month,
    hotline,
    count(*) filter (where not is_cancelled) as received,
    count(*) filter (where is_cancelled) as cancelled,
    count(*) filter (where not is_cancelled and is_replied_by_now) as replied,
    count(*) filter (where not is_cancelled and due_at is not null and (is_closed_by_now or is_deadline_over)) as due,
    count(*) filter (where not is_cancelled and is_closed_by_now) as closed,
    count(*) filter (where not is_cancelled and is_closed_by_now and closed_at <= due_at) as closed_on_time,
    count(*) filter (where not is_cancelled and is_surveyed) as surveyed,
    count(*) filter (where not is_cancelled and is_surveyed and is_satisfied) as satisfied,
    count(*) filter (where not is_cancelled and is_repeat) as repeated,
    count(*) filter (where not is_cancelled and lag_seconds is not null) as replied_with_time,
    count(*) filter (where not is_cancelled and lag_seconds <= 15 * 86400) as replied_within_15_days,
    count(*) filter (where not is_cancelled and lag_seconds <= 30 * 86400) as replied_within_30_days,
    cast(coalesce(sum(lag_seconds) filter (where not is_cancelled), 0) / 86400 as decimal(18, 6)) as reply_lag_days_sum
from tickets
group by month, hotline
