{#-
    Tables of Spark are Parquet, whose rows cannot be changed: a fact that is kept by its key is built whole each time; one that is only
    added to is added to. (A table format with MERGE would let facts be kept by touched keys as on DuckDB.)
-#}

{% macro spark__get_empty_schema_sql(columns) %}
    select
        {% for column in columns.values() -%}
        cast(null as {{ 'string' if column['data_type'] == 'varchar' else column['data_type'] }}) as {{ column['name'] }}{{ ',' if not loop.last }}
        {% endfor %}
{% endmacro %}

{% materialization incremental, adapter='spark' %}
    {%- if config.get('unique_key') -%}
        {{ return(dbt.materialization_table_spark()) }}
    {%- endif -%}
    {{ return(dbt.materialization_incremental_spark()) }}
{% endmaterialization %}
