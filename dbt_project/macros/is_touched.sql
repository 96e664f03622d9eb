{#-
    For incremental facts: true for an incoming row whose fact row is missing or was made from something else. `made_from` are the
    columns that tell (at least the place of the record's version). Comparing with what the fact was really made from, instead of
    remembering a highest batch, stays right when nights are run out of order or a build broke off half way. Where a night knows how far the last
    complete build had seen, `known` says it without reading the fact.
-#}
{% macro is_touched(incoming, key, made_from, known='') -%}
    {%- if known and seen_seq() -%}{{ return(known) }}{%- endif -%}
    not exists (
        select 1
        from {{ this }} as built
        where
            built.{{ key }} = {{ incoming }}.{{ key }}
            {%- for column in made_from %}
            and built.{{ column }} is not distinct from {{ incoming }}.{{ column }}
            {%- endfor %}
    )
{%- endmacro %}
