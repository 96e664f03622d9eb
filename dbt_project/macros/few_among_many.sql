{#-
    For the project's start, first of all: how DuckDB works in a night that looks only at what came. It gets less memory, since with more it would keep
    blocks that nobody asks for again, and leaves out what hinders it from finding few rows among many (pipelines/landing/store.py).
-#}
{% macro seek_few_among_many() -%}
    {%- if execute and target.type == 'duckdb' and env_var('CHENGGUAN_LESS_MEMORY', '') -%}
        set global memory_limit = '{{ env_var('CHENGGUAN_LESS_MEMORY') }}';
        set global disabled_optimizers = '{{ env_var('CHENGGUAN_DISABLED_OPTIMIZERS') }}'
    {%- endif -%}
{%- endmacro %}
