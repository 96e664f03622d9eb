-- The city's office hours as one line of seconds: each opening interval and how many office seconds lie before it.
{{ config(materialized='table') }}

with intervals as (
    select
        start_at,
        end_at,
        {{ seconds_between('start_at', 'end_at') }} as seconds
    from {{ source('reference', 'working_hours') }}
)

select
    start_at,
    end_at,
    seconds,
    cast(
        coalesce(
            sum(seconds) over (order by start_at rows between unbounded preceding and 1 preceding), 0
        ) as bigint
    ) as seconds_before
from intervals
