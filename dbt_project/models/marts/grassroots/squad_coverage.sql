-- Which streets and townships have a squad on the as-of date: one that owns them, and one that has its seat there.
with owned as (
    select
        area.street_code,
        min(area.valid_from) as covered_since,
        max(area.squad_id) filter (
            where area.valid_to is null or area.valid_to > today.as_of_on
        ) as squad_id
    from {{ ref('bridge_squad_area') }} as area
    cross join {{ ref('dim_as_of') }} as today
    where area.valid_from <= today.as_of_on
    group by all
),

seats as (
    select
        seat_street_code as street_code,
        count(distinct org_id) as seats
    from {{ ref('dim_organisation') }}
    where kind = 'squad' and is_current
    group by all
)

select
    street.street_code,
    street.kind as street_kind,
    coalesce(owned.squad_id, 'unassigned') as squad_id,
    owned.covered_since,
    owned.squad_id is not null as is_covered,
    coalesce(seats.seats, 0) > 0 as has_squad_seat
from {{ ref('dim_street') }} as street
left join owned on street.street_code = owned.street_code
left join seats on street.street_code = seats.street_code
where street.street_code <> 'unknown'
