-- Every class × street with the number of its primary units (横向到边、纵向到底: it should be one). Without a matrix there is
-- nothing to cover and no row.
with primaries as (
    select
        event_class,
        street_code,
        count(distinct org_id) as primary_units,
        min(entry_no) as entry_no
    from {{ ref('bridge_responsibility') }}
    where is_primary
    group by event_class, street_code
)

select
    class.event_class || '@' || street.street_code as coverage_id,
    class.event_class,
    street.street_code,
    today.as_of_on as covered_on,
    coalesce(primaries.primary_units, 0) as primary_units,
    entry.org_id as primary_org_id,
    coalesce(primaries.primary_units, 0) = 1 as has_one_primary,
    coalesce(primaries.primary_units, 0) = 0 as has_none,
    coalesce(primaries.primary_units, 0) > 1 as has_several,
    {{ provenance('entry') }}
from {{ ref('dim_event_class') }} as class
cross join {{ ref('dim_street') }} as street
cross join {{ ref('dim_as_of') }} as today
left join primaries on class.event_class = primaries.event_class and street.street_code = primaries.street_code
left join {{ ref('bridge_responsibility') }} as entry
    on
        class.event_class = entry.event_class
        and street.street_code = entry.street_code
        and primaries.entry_no = entry.entry_no
where
    class.event_class <> 'unknown'
    and street.street_code <> 'unknown'
    and exists (select 1 from {{ ref('bridge_responsibility') }})
