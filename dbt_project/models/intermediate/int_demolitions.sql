-- Demolitions with the street of the building where their own record names none.
select
    {{ all_but('demolished', ['street_code']) }},
    coalesce(demolished.street_code, building.street_code, 'unknown') as street_code
from {{ ref('stg_case_files__demolitions') }} as demolished
left join {{ ref('stg_case_files__illegal_buildings') }} as building
    on demolished.building_case_no = building.building_case_no
