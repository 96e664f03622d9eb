-- Appeals against the evaluation as they are held on the as-of date.
with source as (
    select *
    from {{ source('raw', 'evaluation_appeals') }}
    where {{ is_held_on(as_of()) }}
),

renamed as (
    select
        appeal_no,
        case_id,
        period_id,
        unit_code,
        reason,
        submitted_on,
        decided_on,
        outcome,
        {{ provenance() }}
    from source
)

select *
from renamed
