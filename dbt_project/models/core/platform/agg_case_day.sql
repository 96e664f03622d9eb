-- Problems reported per day, cell, class and whether by citizens: the one pass over the cases from which hotspots and
-- forecasts start. Cancelled and refused cases are no problems. Days of which nothing counts otherwise stay.
{{ config(materialized='incremental', pre_hook='{{ forget_recounted_days() }}') }}

select
    cast(reported.reported_at as date) as date_on,
    reported.street_code,
    coalesce(reported.grid_code, 'unknown') as grid_code,
    reported.event_class,
    class.code_scheme || '.' || class.main_code as major_class,
    coalesce(channel.is_public, false) as is_public,
    count(*) as cases
from {{ ref('fct_platform_case') }} as reported
inner join {{ ref('dim_event_class') }} as class on reported.event_class = class.event_class
left join {{ ref('dim_channel') }} as channel on reported.channel = channel.channel
cross join {{ ref('dim_as_of') }} as today
where
    {{ against_one_row('reported.reported_at < today.ends_at') }}
    and reported.status <> 'not_accepted'
    and not coalesce(reported.cancelled_at < today.ends_at, false)
    {{ only_recounted_days('and', 'cast(reported.reported_at as date)', 'reported.reported_at') }}
group by all
{{ in_order_of('date_on') }}
