-- The bureau, its brigade and its squads over time: one row for each entry of the register that holds or held.
select
    entry.entry_no,
    entry.org_id,
    entry.name_zh,
    entry.alias_zh,
    entry.kind,
    entry.grade,
    entry.parent_id,
    entry.seat_street_code,
    entry.change_kind,
    entry.established_on,
    entry.approved_by,
    entry.approved_on,
    entry.basis,
    entry.valid_from,
    entry.valid_to,
    entry.valid_to is null or entry.valid_to > today.as_of_on as is_current,
    {{ provenance('entry') }}
from {{ ref('stg_team__organisations') }} as entry
cross join {{ ref('dim_as_of') }} as today
where entry.valid_from <= today.as_of_on
