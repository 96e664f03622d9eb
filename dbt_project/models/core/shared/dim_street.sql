-- Streets and towns, and a member for records that name none.
select
    street_code,
    name_zh,
    name_en,
    kind,
    area_km2,
    population,
    valid_from,
    valid_to,
    is_illustrative
from {{ source('reference', 'streets') }}

union all

select
    'unknown' as street_code,
    '未注明' as name_zh,
    'Unknown' as name_en,
    null as kind,
    null as area_km2,
    null as population,
    null as valid_from,
    null as valid_to,
    false as is_illustrative
