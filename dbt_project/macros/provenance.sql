{#- Where a record came from: carried from raw into every fact, so that a figure can be followed down to file and row. -#}
{% macro provenance(of=none) -%}
    {%- set prefix = of ~ '.' if of else '' -%}
    {{ prefix }}_batch_id,
    {{ prefix }}_batch_seq,
    {{ prefix }}_source_sheet,
    {{ prefix }}_source_row
{%- endmacro %}
