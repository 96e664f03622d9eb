{# Whose a record is: the squad that it names, else the owner of its street on its day, else 'unassigned'. To be used
   after the join of `area_on`. #}
{% macro squad_of(day, named=[]) -%}
    coalesce(
        {%- for column in named %} {{ column }}, {%- endfor %}
        case when area.valid_to is null or {{ day }} < area.valid_to then area.squad_id end, 'unassigned'
    )
{%- endmacro %}

{# Joins `area`: the last squad to own a street by the day, which may have given it up since. #}
{% macro area_on(day, street) -%}
    {{ asof_join(ref('bridge_squad_area'), 'area', day, 'valid_from', {street: 'street_code'}) }}
{%- endmacro %}
