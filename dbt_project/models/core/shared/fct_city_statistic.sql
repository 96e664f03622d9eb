-- The city's statistics, one row for the whole city or a street and year, once published.
select
    line.stat_no,
    case when line.street_code is null then 'city' else 'street' end as scope,
    line.stat_year,
    line.street_code,
    line.population,
    line.built_up_area_km2,
    line.published_on,
    {{ provenance('line') }}
from {{ ref('stg_team__city_statistics') }} as line
cross join {{ ref('dim_as_of') }} as today
where line.published_on <= today.as_of_on
