{# Whose a record is: the squad that it names, else the owner of its street on its day, else 'unassigned'. To be used where
   `area` is bridge_squad_area, asof-joined by street and day: that gives the last owner, who may have given the street up. #}
{% macro squad_of(day, named=[]) -%}
    coalesce(
        {%- for column in named %} {{ column }}, {%- endfor %}
        case when area.valid_to is null or {{ day }} < area.valid_to then area.squad_id end, 'unassigned'
    )
{%- endmacro %}
