{#- The one key of an event class: class codes repeat between schemes, so the scheme is part of it. -#}
{% macro event_class(code_scheme, class_code) -%}
    coalesce({{ code_scheme }} || '.' || {{ class_code }}, 'unknown')
{%- endmacro %}
