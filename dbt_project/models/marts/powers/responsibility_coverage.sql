-- Whether every class has exactly one primary unit in a street, on the as-of day.
select
    cast(date_trunc('month', covered_on) as date) as month,
    street_code,
    covered_on,
    count(*) as classes,
    count(*) filter (where has_one_primary) as with_one_primary,
    count(*) filter (where has_none) as with_none,
    count(*) filter (where has_several) as with_several
from {{ ref('fct_responsibility_coverage') }}
group by all
