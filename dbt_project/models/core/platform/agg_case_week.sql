-- Problems reported per week, cell and class: where hotspots and marts begin that look at cells by the week. Weeks of
-- which no day counts otherwise stay.
{{ config(materialized='incremental', pre_hook='{{ forget_recounted_weeks() }}') }}

select
    cast(date_trunc('week', date_on) as date) as week,
    grid_code,
    event_class,
    max(street_code) as street_code,
    cast(sum(cases) as bigint) as cases,
    cast(coalesce(sum(cases) filter (where is_public), 0) as bigint) as cases_citizen,
    max(date_on) as last_on
from {{ ref('agg_case_day') }}
{{ only_recounted_weeks('where', 'date_on') }}
group by all
{{ in_order_of('week') }}
