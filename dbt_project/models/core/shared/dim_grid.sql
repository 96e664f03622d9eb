-- Unit grids (单元网格).
select
    grid_code,
    street_code,
    name_zh,
    area_m2,
    lon,
    lat,
    valid_from,
    valid_to,
    is_illustrative
from {{ source('reference', 'grids') }}
