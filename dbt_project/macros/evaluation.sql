{#-
    The evaluation of the periods in the CTE `evaluated`, in long form: one row per period, object, indicator. `excluded` names the column
    that says which cases an appeal has taken out. Used for the current evaluation and for what is frozen, which must not differ but in that.

    Objects: the city, streets, grids, departments, and posts. A post is all who hold it together, never a person: its figures are the
    city's. Posts and grids have the indicators that their composite score is made of, departments those from dispatch on.
-#}
{% macro evaluation(excluded) -%}
{%- set names, sums = ["'reported_not_refused'", "'handling_hours'"], [
    'cast(coalesce(sum(reported - refused), 0) as decimal(18, 4))',
    'cast(coalesce(sum(handling_seconds), 0) / 3600 as decimal(18, 4))',
] -%}
{%- for name in case_counts() -%}
    {%- do names.append("'" ~ name ~ "'") -%}
    {%- do sums.append('cast(coalesce(sum(' ~ name ~ '), 0) as decimal(18, 4))') -%}
{%- endfor -%}
{{ evaluated_objects(excluded) }}

sums as (
    select
        one.period_id,
        one.object_type,
        one.object_id,
        {{ map_of(list_of(names), list_of(sums)) }} as counts
    from objects_counted as one
    left join counts
        on one.period_id = counts.period_id and one.object_type = counts.object_type and one.object_id = counts.object_id
    group by one.period_id, one.object_type, one.object_id
),

weights as (
    select
        evaluated.period_id,
        evaluated.months,
        weight.*
    from evaluated
    inner join {{ source('reference', 'evaluation_weights') }} as weight
        on evaluated.ends_on >= weight.valid_from and evaluated.ends_on < coalesce(weight.valid_to, date '9999-12-31')
),

objects as (
    select * from sums
    union all
    select posts.period_id, 'post' as object_type, posts.object_id, sums.counts
    from (select distinct period_id, object_id from weights where object_type = 'post') as posts
    inner join sums on posts.period_id = sums.period_id and sums.object_type = 'city'
),

asked as (
    select
        evaluated.period_id,
        kinds.object_type,
        weights.object_id,
        {{ all_but('indicator', ['name_zh', 'is_of_departments']) }},
        weights.weight,
        weights.scale,
        evaluated.months
    from evaluated
    cross join (values ('city'), ('street'), ('grid'), ('department'), ('post')) as kinds (object_type)
    cross join {{ ref('dim_indicator') }} as indicator
    left join weights
        on
            evaluated.period_id = weights.period_id and kinds.object_type = weights.object_type
            and indicator.indicator = weights.indicator
    where
        indicator.kind <> 'composite'
        and (
            kinds.object_type in ('city', 'street') or weights.weight is not null
            or (kinds.object_type = 'department' and indicator.is_of_departments)
        )
),

counted as (
    select
        {{ all_but('asked', ['object_id', 'numerator', 'denominator']) }},
        objects.object_id,
        objects.counts[asked.numerator] as numerator,
        objects.counts[asked.denominator] as denominator,
        objects.counts['filed'] as volume
    from objects
    inner join asked
        on
            objects.period_id = asked.period_id and objects.object_type = asked.object_type
            and objects.object_id = coalesce(asked.object_id, objects.object_id)
),

figures as (
    select
        *,
        -- A case can be worked again without being handled yet, so that a rate can pass 1; a score never leaves 0 to 100.
        cast(100 * case
            when not coalesce(denominator > 0, false) or numerator is null or is_inverse is null then null
            when is_inverse then greatest(1 - numerator / denominator, 0)
            else least(numerator / denominator, 1)
        end as decimal(9, 4)) as score
    from counted
)
{%- endmacro %}
