-- Units that handle cases: of the bureau, and others.
select
    unit_code,
    name_zh,
    name_en,
    kind,
    parent_code,
    is_bureau,
    squad_id
from {{ source('reference', 'departments') }}
