-- Lines of the city's statistics as they are held on the as-of date.
with source as (
    select *
    from {{ source('raw', 'city_statistics') }}
    where {{ is_held_on(as_of()) }}
),

renamed as (
    select
        stat_no,
        stat_year,
        street_code,
        population,
        built_up_area_km2,
        published_on,
        {{ provenance() }}
    from source
)

select *
from renamed
