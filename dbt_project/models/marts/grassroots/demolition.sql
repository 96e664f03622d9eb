-- Illegal construction found and demolished, by month: found cases in the month of discovery, demolitions in the
-- month they took place.
with found as (
    select
        cast(date_trunc('month', building.discovered_on) as date) as month,
        building.street_code,
        building.squad_id,
        1 as found_cases,
        cast(building.area_type in ('urban_village', 'urban_area') as integer) as urban_found_cases,
        cast(coalesce(building.stock_type = 'new', false) as integer) as new_found_cases,
        0 as demolition_events,
        cast(0 as decimal(14, 2)) as demolished_area_m2
    from {{ ref('fct_illegal_building') }} as building
    cross join {{ ref('dim_as_of') }} as today
    where building.discovered_on <= today.as_of_on
),

demolished as (
    select
        cast(date_trunc('month', demolition.demolished_on) as date) as month,
        demolition.street_code,
        demolition.squad_id,
        0 as found_cases,
        0 as urban_found_cases,
        0 as new_found_cases,
        1 as demolition_events,
        demolition.demolished_area_m2
    from {{ ref('fct_demolition') }} as demolition
    cross join {{ ref('dim_as_of') }} as today
    where demolition.demolished_on <= today.as_of_on
),

events as (
    select * from found
    union all
    select * from demolished
)

select
    month,
    street_code,
    squad_id,
    cast(sum(found_cases) as bigint) as found_cases,
    cast(sum(urban_found_cases) as bigint) as urban_found_cases,
    cast(sum(new_found_cases) as bigint) as new_found_cases,
    cast(sum(demolition_events) as bigint) as demolition_events,
    cast(sum(demolished_area_m2) as decimal(14, 2)) as demolished_area_m2
from events
group by month, street_code, squad_id
