-- Cases of illegal construction (违法建设), one row each, with the squad of the day of discovery; owners and addresses
-- stay behind.
{{ config(materialized='incremental', unique_key='building_case_no') }}

with buildings as (
    select *
    from {{ ref('stg_case_files__illegal_buildings') }} as incoming
    {% if is_incremental() %}
        where {{ is_touched('incoming', 'building_case_no', ['_batch_seq', '_source_row']) }}
    {% endif %}
)

select
    buildings.building_case_no,
    buildings.community,
    buildings.street_code,
    {{ squad_of('buildings.discovered_on') }} as squad_id,
    buildings.building_type,
    buildings.structure,
    buildings.floors,
    buildings.found_area_m2,
    buildings.area_type,
    buildings.stock_type,
    buildings.case_source,
    buildings.started_on,
    buildings.discovered_on,
    buildings.closed_on,
    buildings.status,
    {{ provenance('buildings') }}
from buildings
{{ area_on('buildings.discovered_on', 'buildings.street_code') }}
