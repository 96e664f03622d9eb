-- Who answers for what on the as-of day: the entries of the matrix expanded to class × street. An entry without a
-- class holds for all classes, one without a street for every street.
select
    entry.entry_no,
    class.event_class,
    street.street_code,
    entry.org_id,
    entry.role,
    entry.is_primary,
    entry.valid_from,
    entry.valid_to,
    {{ provenance('entry') }}
from {{ ref('stg_powers__responsibilities') }} as entry
cross join {{ ref('dim_as_of') }} as today
inner join {{ ref('dim_event_class') }} as class
    on class.event_class <> 'unknown' and (entry.event_class is null or entry.event_class = class.event_class)
inner join {{ ref('dim_street') }} as street
    on street.street_code <> 'unknown' and (entry.street_code is null or entry.street_code = street.street_code)
where entry.valid_from <= today.as_of_on and (entry.valid_to is null or entry.valid_to > today.as_of_on)
