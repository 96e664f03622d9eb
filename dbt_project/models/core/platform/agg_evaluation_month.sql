-- What the evaluated cases count up to, by reporting period, month in which they count and object: the one pass over
-- the cases from which evaluations start. Months of which nothing counts otherwise stay.
{{ config(materialized='incremental', pre_hook='{{ forget_evaluated_months() }}') }}

-- Few places have many cases, so that these are added up once and not once for each kind of object.
with by_place as (
    select
        period_id,
        cast(date_trunc('month', counted_on) as date) as month,
        is_excluded,
        is_excluded_at_freezing,
        street_code,
        grid_code,
        unit_code,
        {% for name in case_counts() -%}
            sum({{ name }}) as {{ name }},
        {% endfor -%}
        sum(handling_seconds) as handling_seconds
    from {{ ref('fct_evaluation_case') }}
    {{ only_evaluated_months('where') }}
    group by
        period_id, cast(date_trunc('month', counted_on) as date), is_excluded, is_excluded_at_freezing, street_code,
        grid_code, unit_code
),

objects as (
    select
        cases.*,
        kinds.object_type,
        case kinds.object_type
            when 'city' then city.city_id
            when 'street' then cases.street_code
            when 'grid' then cases.grid_code
            else cases.unit_code
        end as object_id
    from by_place as cases
    cross join {{ ref('dim_city') }} as city
    cross join (values ('city'), ('street'), ('grid'), ('department')) as kinds (object_type)
)

select
    period_id,
    month,
    object_type,
    object_id,
    is_excluded,
    is_excluded_at_freezing,
    {% for name in case_counts() -%}
        cast(sum({{ name }}) as bigint) as {{ name }},
    {% endfor -%}
    cast(sum(handling_seconds) as bigint) as handling_seconds
from objects
where object_id is not null
group by period_id, month, object_type, object_id, is_excluded, is_excluded_at_freezing
