{#-
    The end of an evaluation: what `evaluation` has made, with scores and grades. A grade needs a minimum of cases, a composite score a minimum of
    known weights; a zero denominator gives no score. The CTE `graded` has the columns of fct_evaluation_current.
-#}
{% macro evaluation_grades() -%}
composites as (
    select
        figures.period_id, figures.object_type, figures.object_id, figures.volume,
        coalesce(sum(figures.weight * coalesce(band.score, figures.score)), 0) as numerator,
        coalesce(sum(figures.weight) filter (where coalesce(band.score, figures.score) is not null), 0) as denominator
    from figures
    inner join evaluated on figures.period_id = evaluated.period_id
    -- Volume tables count an average month, so that a quarter or a year is not judged by three or twelve months' cases.
    left join {{ source('reference', 'evaluation_bands') }} as band
        on
            figures.scale = band.scale
            and figures.numerator / figures.months >= band.low
            and figures.numerator / figures.months < coalesce(band.high, 1e12)
            and evaluated.ends_on >= band.valid_from and evaluated.ends_on < coalesce(band.valid_to, date '9999-12-31')
    where figures.weight is not null and (figures.kind = 'rate' or figures.scale is not null)
    group by all
),

together as (
    select
        period_id, object_type, object_id, indicator, definition, numerator, score,
        case when kind <> 'count' then denominator end as denominator,
        case when kind = 'rate' then denominator end as volume
    from figures
    union all
    select
        composites.period_id, composites.object_type, composites.object_id, indicator.indicator, indicator.definition,
        composites.numerator,
        case
            when composites.denominator >= city.minimum_weight
                then {{ quotient('composites.numerator', 'nullif(composites.denominator, 0)', 9, 4) }}
        end as score,
        composites.denominator,
        composites.volume
    from composites
    inner join {{ ref('dim_indicator') }} as indicator on indicator.kind = 'composite'
    cross join {{ ref('dim_city') }} as city
),

graded as (
    select
        together.period_id,
        evaluated.period_kind,
        evaluated.starts_on,
        evaluated.ends_on,
        evaluated.freezes_on,
        together.object_type,
        together.object_id,
        together.indicator,
        cast(together.numerator as decimal(18, 4)) as numerator,
        cast(together.denominator as decimal(18, 4)) as denominator,
        together.score,
        case
            when together.volume >= if(together.object_type = 'grid', city.minimum_volume_grid, city.minimum_volume)
                then band.grade
        end as grade,
        together.definition
    from together
    inner join evaluated on together.period_id = evaluated.period_id
    cross join {{ ref('dim_city') }} as city
    left join {{ source('reference', 'evaluation_bands') }} as band
        on
            band.scale = 'grade' and together.score >= band.low and together.score < coalesce(band.high, 1e12)
            and evaluated.ends_on >= band.valid_from and evaluated.ends_on < coalesce(band.valid_to, date '9999-12-31')
)
{%- endmacro %}
