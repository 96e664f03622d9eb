-- Cases of the platform as they are held on the as-of date. Only renaming here; no judgement.
-- What nobody needs further on stays behind: texts, masks, and the hashes of people who are not linked.
with source as (
    select *
    from {{ source('raw', 'platform_cases') }}
    where {{ is_held_on(as_of()) }}
),

renamed as (
    select
        case_id,
        case_no,
        category,
        {{ event_class('code_scheme', 'class_code') }} as event_class,
        code_scheme,
        class_code,
        channel,
        grid_code,
        street_code,
        unit_code,
        limit_value,
        limit_unit,
        reported_at,
        accepted_at,
        filed_at,
        dispatched_at,
        handled_at,
        checked_at,
        closed_at,
        status,
        rework_count,
        suspend_count,
        extension_count,
        is_urgent,
        updated_at,
        {{ provenance() }}
    from source
)

select *
from renamed
