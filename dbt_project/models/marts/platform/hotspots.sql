-- Where something gathers now, and whose the street is. Made by pipelines/foresight; here it gets its served shape.
select
    spot.as_of,
    spot.grid_code,
    coalesce(grid.street_code, 'unknown') as street_code,
    {{ squad_of('spot.as_of') }} as squad_id,
    spot.event_class,
    spot.state,
    spot.window_days,
    spot.starts_on,
    spot.ends_on,
    spot.cells,
    spot.cases,
    spot.cases_citizen,
    spot.cases_before,
    cast(spot.expected as decimal(12, 4)) as expected,
    spot.p_value,
    spot.q_value,
    spot.weeks_flagged
from {{ ref('agg_hotspot') }} as spot
left join {{ ref('dim_grid') }} as grid on spot.grid_code = grid.grid_code
{{ asof_join(
    ref('bridge_squad_area'), 'area', 'spot.as_of', 'valid_from', keys={'grid.street_code': 'street_code'}
) }}
