-- One row: everything that an evaluation depends on besides the records, as the city has chosen it, and a digest of it.
-- A frozen evaluation keeps the digest of its day; where it differs now, a restatement is due to the definitions.
with definitions as (
    select {{ joined("indicator || ': ' || definition", '; ', 'indicator') }} as said
    from {{ ref('dim_indicator') }}
    where definition is not null
),

rows_of_tables as (
    select concat_ws('|', 'weight', object_type, object_id, indicator, weight, scale, valid_from, valid_to) as line
    from {{ source('reference', 'evaluation_weights') }}
    union all
    select concat_ws('|', 'band', scale, low, high, score, grade, valid_from, valid_to) as line
    from {{ source('reference', 'evaluation_bands') }}
),

tables as (
    select coalesce({{ joined('line', ';', 'line') }}, '') as said
    from rows_of_tables
)

select
    definitions.said || '; case_cohort=' || city.case_cohort as definitions,
    md5(definitions.said || city.case_cohort || tables.said) as scheme
from definitions
cross join tables
cross join {{ ref('dim_city') }} as city
