-- The whole city by year: the last figures published for it.
select
    stat_year as year_no,
    population,
    built_up_area_km2,
    published_on
from {{ ref('fct_city_statistic') }}
where scope = 'city' and stat_year is not null
qualify row_number() over (partition by stat_year order by published_on desc, stat_no desc) = 1
