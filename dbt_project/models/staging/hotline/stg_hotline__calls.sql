-- Daily reports of the call centre as they are held on the as-of date.
with source as (
    select *
    from {{ source('raw', 'hotline_calls') }}
    where {{ is_held_on(as_of()) }}
),

renamed as (
    select
        report_no,
        counted_on,
        hotline,
        calls_offered,
        calls_answered,
        answered_within_15s,
        abandoned,
        mean_wait_seconds,
        mean_talk_seconds,
        {{ provenance() }}
    from source
)

select *
from renamed
