-- Campaigns as they are held on the as-of date.
with source as (
    select *
    from {{ source('raw', 'campaigns') }}
    where {{ is_held_on(as_of()) }}
),

renamed as (
    select
        campaign_no,
        name,
        topic,
        lead_org,
        starts_on,
        ends_on,
        season,
        code_scheme,
        class_codes,
        {{ provenance() }}
    from source
)

select *
from renamed
