-- Police video clues as they are held on the as-of date.
with source as (
    select *
    from {{ source('raw', 'video_clues') }}
    where {{ is_held_on(as_of()) }}
),

renamed as (
    select
        clue_no,
        seen_at,
        camera_no,
        {{ event_class('code_scheme', 'class_code') }} as event_class,
        coalesce(street_code, 'unknown') as street_code,
        grid_code,
        forwarded_at,
        platform_case_no,
        outcome,
        {{ provenance() }}
    from source
)

select *
from renamed
