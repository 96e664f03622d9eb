-- A street that two squads owned on one day would be given to one of them by chance.
{{ config(meta={'dagster': {'ref': {'name': 'bridge_squad_area'}}}) }}

select
    one.street_code,
    one.squad_id,
    other.squad_id as other_squad_id,
    other.valid_from
from {{ ref('bridge_squad_area') }} as one
inner join {{ ref('bridge_squad_area') }} as other
    on
        one.street_code = other.street_code
        and one.valid_from <= other.valid_from
        and (one.squad_id <> other.squad_id or one.valid_from <> other.valid_from)
where one.valid_to is null or one.valid_to > other.valid_from
