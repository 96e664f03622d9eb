-- Squads (中队), and a member for what belongs to none, so that totals by squad add up.
select
    squad_id,
    name_zh,
    name_en,
    kind,
    established_on,
    is_illustrative
from {{ source('reference', 'squads') }}

union all

select
    'unassigned' as squad_id,
    '未归属' as name_zh,
    'Unassigned' as name_en,
    null as kind,
    null as established_on,
    false as is_illustrative
