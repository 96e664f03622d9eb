{#- Whether only what is new is built. On Spark no table is kept by its key (macros/spark/materializations.sql). -#}
{% macro is_incremental() %}
    {{ return(dbt.is_incremental() and not (target.type == 'spark' and model.config.unique_key)) }}
{% endmacro %}
