-- Which squad owned which street from when until when; what counts for a record is who owned its street on its day.
select
    squad_id,
    street_code,
    valid_from,
    valid_to
from {{ source('reference', 'squad_areas') }}
