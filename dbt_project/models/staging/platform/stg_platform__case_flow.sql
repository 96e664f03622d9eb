-- Steps of the platform's cases as they are held on the as-of date.
-- What nobody needs further on stays behind: texts, masks, and the hashes of people who are not linked.
with source as (
    select *
    from {{ source('raw', 'platform_case_flow') }}
    where {{ is_held_on(as_of()) }}
),

renamed as (
    select
        step_id,
        case_id,
        stage,
        action,
        operator_unit_code,
        received_at,
        operated_at,
        is_timeout,
        updated_at,
        {{ provenance() }}
    from source
)

select *
from renamed
