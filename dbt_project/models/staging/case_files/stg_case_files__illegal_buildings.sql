-- Illegal buildings as they are held on the as-of date.
-- What nobody needs further on stays behind: texts, masks, and the hashes of people who are not linked.
with source as (
    select *
    from {{ source('raw', 'illegal_buildings') }}
    where {{ is_held_on(as_of()) }}
),

renamed as (
    select
        building_case_no,
        community,
        street_code,
        building_type,
        structure,
        floors,
        found_area_m2,
        area_type,
        stock_type,
        source as case_source,
        started_on,
        discovered_on,
        closed_on,
        status,
        {{ provenance() }}
    from source
)

select *
from renamed
