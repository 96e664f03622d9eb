-- Reviews of the list of powers as they are held on the as-of date.
with source as (
    select *
    from {{ source('raw', 'power_item_reviews') }}
    where {{ is_held_on(as_of()) }}
),

renamed as (
    select
        review_no,
        item_id,
        round_no,
        submitted_on,
        reviewed_on,
        reviewer_role,
        finding_type,
        resolved_on,
        is_resolved,
        {{ provenance() }}
    from source
)

select *
from renamed
