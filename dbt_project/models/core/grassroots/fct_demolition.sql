-- Demolitions (拆除), one row each, with the squad of the day; a case of illegal construction can have several.
{{ config(materialized='incremental', unique_key='demolition_no') }}

with demolitions as (
    select *
    from {{ ref('int_demolitions') }} as incoming
    {% if is_incremental() %}
        -- A correction of the building can give its demolition another street.
        where {{ is_touched('incoming', 'demolition_no', ['_batch_seq', '_source_row', 'street_code']) }}
    {% endif %}
)

select
    demolitions.demolition_no,
    demolitions.building_case_no,
    demolitions.street_code,
    {{ squad_of('demolitions.demolished_on') }} as squad_id,
    demolitions.demolished_on,
    demolitions.demolished_area_m2,
    demolitions.area_basis,
    demolitions.method,
    demolitions.is_partial,
    {{ provenance('demolitions') }}
from demolitions
{{ area_on('demolitions.demolished_on', 'demolitions.street_code') }}
