-- Units that handle cases: of the bureau, and others. The handling level is the report's: 局机关、科室、大队、中队.
select
    unit_code,
    name_zh,
    name_en,
    kind,
    parent_code,
    is_bureau,
    squad_id,
    case
        when not coalesce(is_bureau, false) then 'other'
        when kind in ('section', 'squad') then kind
        when parent_code is null then 'bureau'
        else 'brigade'
    end as handling_level
from {{ source('reference', 'departments') }}
