-- One row: everything that an evaluation depends on besides the records, as the city has chosen it, and a digest of it.
-- A frozen evaluation keeps the digest of its day; where it differs now, a restatement is due to the definitions.
with parts as (
    select
        (
            select string_agg(indicator || ': ' || definition, '; ' order by indicator)
            from {{ ref('dim_indicator') }}
            where definition is not null
        ) || '; case_cohort=' || city.case_cohort as definitions,
        (
            select string_agg(cast(weight as varchar), ';' order by cast(weight as varchar))
            from {{ source('reference', 'evaluation_weights') }} as weight
        ) as weights,
        (
            select string_agg(cast(band as varchar), ';' order by cast(band as varchar))
            from {{ source('reference', 'evaluation_bands') }} as band
        ) as bands
    from {{ ref('dim_city') }} as city
)

select
    definitions,
    md5(definitions || coalesce(weights, '') || coalesce(bands, '')) as scheme
from parts
