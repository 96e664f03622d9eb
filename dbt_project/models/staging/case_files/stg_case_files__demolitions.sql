-- Demolitions as they are held on the as-of date.
with source as (
    select *
    from {{ source('raw', 'demolitions') }}
    where {{ is_held_on(as_of()) }}
),

renamed as (
    select
        demolition_no,
        building_case_no,
        street_code,
        demolished_on,
        demolished_area_m2,
        area_basis,
        method,
        is_partial,
        {{ provenance() }}
    from source
)

select *
from renamed
