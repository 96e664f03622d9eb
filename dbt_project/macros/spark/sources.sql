{#-
    The sources as Spark sees them: Parquet under one root, a folder for each schema. Run once where tables are not registered otherwise:
    dbt run-operation register_sources --target spark --args '{root: /data/chengguan}'
-#}
{% macro register_sources(root) -%}
    {%- for source in graph.sources.values() %}
        {%- do run_query('create schema if not exists ' ~ source.schema) -%}
        {%- set name = source.schema ~ '.' ~ source.identifier -%}
        {%- do run_query('drop table if exists ' ~ name) -%}
        {%- do run_query(
            "create table " ~ name ~ " using parquet location '" ~ root ~ '/' ~ source.schema ~ '/' ~ source.identifier ~ "'"
        ) -%}
    {%- endfor -%}
{%- endmacro %}
