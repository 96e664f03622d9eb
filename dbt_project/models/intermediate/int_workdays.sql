-- Every calendar day with its place in the row of workdays, and when it opens; a day off stands for the workday
-- after it.
{{ config(materialized='table') }}

with openings as (
    select
        day,
        min(start_at) as first_start_at
    from {{ source('reference', 'working_hours') }}
    group by day
),

days as (
    select
        calendar.day,
        calendar.is_workday,
        -- A workday without office hours in the profile opens at midnight.
        coalesce(openings.first_start_at, cast(calendar.day as timestamp)) as day_opens_at
    from {{ source('reference', 'calendar') }} as calendar
    left join openings on calendar.day = openings.day
)

select
    day,
    is_workday,
    cast(sum(if(is_workday, 1, 0)) over (order by day) as bigint) + if(is_workday, 0, 1) as workday_no,
    min(case when is_workday then day_opens_at end) over (
        order by day rows between current row and unbounded following
    ) as opens_at
from days
