{#-
    Tables of Spark are Parquet, whose rows cannot be changed: an incremental model is built whole each time, but for one that can not be
    made anew (full_refresh=false), which is added to. (A table format with MERGE would let facts be kept by touched keys as on DuckDB.)
-#}

{% macro spark__get_empty_schema_sql(columns) %}
    select
        {% for column in columns.values() -%}
        cast(null as {{ 'string' if column['data_type'] == 'varchar' else column['data_type'] }}) as {{ column['name'] }}{{ ',' if not loop.last }}
        {% endfor %}
{% endmacro %}

{% materialization incremental, adapter='spark' %}
    {%- if config.get('full_refresh') == false -%}
        {{ return(dbt.materialization_incremental_spark()) }}
    {%- endif -%}
    {{ return(dbt.materialization_table_spark()) }}
{% endmaterialization %}
