{#-
    The counts of the evaluated periods by the objects that are evaluated: two CTEs over `evaluated`, of which `places` gives a row for each period, place and
    kind of object. Few places have many cases, so that these are added up once and not once for each kind.
-#}
{% macro evaluated_places(excluded) -%}
by_place as (
    select
        evaluated.period_id,
        cases.street_code,
        cases.grid_code,
        cases.unit_code,
        {% for name in case_counts() -%}
        sum(cases.{{ name }}) as {{ name }},
        {% endfor -%}
        sum(cases.handling_seconds) as handling_seconds
    from evaluated
    -- A period without cases has an evaluation too: that of the city, all zero.
    left join {{ ref('fct_evaluation_case') }} as cases
        on evaluated.period_id = cases.period_id and not cases.{{ excluded }}
    group by evaluated.period_id, cases.street_code, cases.grid_code, cases.unit_code
),

places as (
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
),
{%- endmacro %}
