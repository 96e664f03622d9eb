-- Records of training and assessment as they are held on the as-of date.
with source as (
    select *
    from {{ source('raw', 'training_records') }}
    where {{ is_held_on(as_of()) }}
),

renamed as (
    select
        record_no,
        session_no,
        staff_name_hash,
        held_on,
        kind,
        standard,
        topic,
        hours,
        score,
        is_passed,
        {{ provenance() }}
    from source
)

select *
from renamed
