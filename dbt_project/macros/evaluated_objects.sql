{#-
    The objects that are evaluated and their counts: two CTEs over `evaluated`, the periods. `excluded` names the column that says which cases an
    appeal has taken out.
-#}
{% macro evaluated_objects(excluded) -%}
counts as (
    select
        period_id,
        object_type,
        object_id,
        {{ case_counts().keys() | join(', ') }},
        handling_seconds
    from {{ ref('agg_evaluation_month') }}
    where not {{ excluded }}
),

-- A period without cases has an evaluation too: that of the city, all zero.
objects_counted as (
    select
        evaluated.period_id,
        'city' as object_type,
        city.city_id as object_id
    from evaluated
    cross join {{ ref('dim_city') }} as city
    union
    select
        evaluated.period_id,
        counts.object_type,
        counts.object_id
    from evaluated
    inner join counts on evaluated.period_id = counts.period_id
),
{%- endmacro %}
