-- One row: the city, and the definitions that the field does not agree on as this city chose them.
select
    city_id,
    name_zh,
    name_en,
    region_code,
    go_live as went_live_on,
    satisfied_includes_fairly,
    cast(repeat_window_days as integer) as repeat_window_days
from {{ source('reference', 'city') }}
