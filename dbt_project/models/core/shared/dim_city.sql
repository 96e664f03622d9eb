-- One row: the city, and the definitions that the field does not agree on as this city chose them.
select
    city_id,
    name_zh,
    name_en,
    region_code,
    go_live as went_live_on,
    satisfied_includes_fairly,
    cast(repeat_window_days as integer) as repeat_window_days,
    on_time_closing_denominator,
    rework_denominator,
    filing_denominator,
    accurate_dispatch,
    case_cohort,
    cast(verify_limit_hours as integer) as verify_limit_hours,
    cast(response_limit_hours as integer) as response_limit_hours,
    fast_answer_denominator,
    cast(handling_cap_hours as integer) as handling_cap_hours,
    cast(minimum_volume as integer) as minimum_volume,
    cast(minimum_volume_grid as integer) as minimum_volume_grid,
    cast(minimum_weight as integer) as minimum_weight
from {{ source('reference', 'city') }}
