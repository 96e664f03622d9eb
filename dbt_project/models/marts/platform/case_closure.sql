-- How cases are closed, by month of filing. What has not happened by the end of the as-of day does not count.
with cases as (
    select
        filed.*,
        cast(date_trunc('month', filed.filed_at) as date) as month,
        coalesce(filed.cancelled_at < today.ends_at, false) as is_cancelled,
        coalesce(filed.closed_at < today.ends_at, false) as is_closed,
        coalesce(filed.handled_at < today.ends_at, false) and filed.dispatched_at is not null as is_handled,
        -- While a case is suspended its clock stands still: a deadline after the suspension's beginning is not reached.
        coalesce(
            filed.due_at <= today.ends_at and (filed.stopped_since_at is null or filed.stopped_since_at > filed.due_at),
            false
        ) as is_deadline_over
    from {{ ref('fct_platform_case') }} as filed
    cross join {{ ref('dim_as_of') }} as today
    where filed.filed_at < today.ends_at
)

select
    month,
    squad_id,
    street_code,
    event_class,
    channel,
    count(*) as filed,
    count(*) filter (where is_cancelled) as cancelled,
    count(*) filter (where not is_cancelled and (is_closed or is_deadline_over)) as due,
    count(*) filter (where not is_cancelled and is_closed) as closed,
    count(*) filter (where not is_cancelled and is_closed and closed_at <= due_at) as closed_on_time,
    count(*) filter (where not is_cancelled and is_closed and due_at is null) as closed_without_deadline,
    count(*) filter (where not is_cancelled and not is_closed and is_deadline_over) as overdue_open,
    count(*) filter (where not is_cancelled and rework_count > 0) as rework,
    count(*) filter (where not is_cancelled and is_handled) as handled,
    cast(
        coalesce(
            sum(date_diff('second', dispatched_at, handled_at)) filter (where not is_cancelled and is_handled), 0
        ) / 3600 as decimal(18, 4)
    ) as handling_hours_sum
from cases
group by month, squad_id, street_code, event_class, channel
