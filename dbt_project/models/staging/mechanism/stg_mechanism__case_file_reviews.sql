-- Case files in reviews as they are held on the as-of date.
with source as (
    select *
    from {{ source('raw', 'case_file_reviews') }}
    where {{ is_held_on(as_of()) }}
),

renamed as (
    select
        review_no,
        period,
        org_id,
        scope,
        case_no,
        basic_failures,
        form_score,
        content_score,
        reviewed_on,
        {{ provenance() }}
    from source
)

select *
from renamed
