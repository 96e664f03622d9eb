-- How long replies take: median and p90 beside the mean, over all time, by year and by month of acceptance. Medians
-- do not add up, so they are made here for each period; what adds up is in hotline_service.
with replies as (
    select
        ticket.hotline,
        left(cast(ticket.accepted_at as string), 4) as year,
        left(cast(ticket.accepted_at as string), 7) as month,
        {{ seconds_between('ticket.accepted_at', 'ticket.replied_at') }} as lag_seconds
    from {{ ref('fct_hotline_ticket') }} as ticket
    cross join {{ ref('dim_as_of') }} as today
    where not ticket.is_cancelled and ticket.replied_at < today.ends_at
)

select
    case when grouping(month) = 0 then 'month' when grouping(year) = 0 then 'year' else 'all' end as period_kind,
    case when grouping(month) = 0 then month when grouping(year) = 0 then year else 'all' end as period,
    case when grouping(hotline) = 0 then hotline else 'all' end as hotline,
    count(*) as replied,
    sum(lag_seconds) / count(*) / 86400 as lag_days_mean,
    median(lag_seconds) / 86400 as lag_days_median,
    percentile_cont(0.9) within group (order by lag_seconds) / 86400 as lag_days_p90,
    count(*) filter (where lag_seconds <= 15 * 86400) as within_15_days,
    count(*) filter (where lag_seconds <= 30 * 86400) as within_30_days
from replies
group by rollup(year, month), cube(hotline)
-- Without replies the grand total is a row of nothing.
having count(*) > 0
