{#- Schemas have the names that the design gives them (staging, core, marts …), not dbt's `<target>_<name>`. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
