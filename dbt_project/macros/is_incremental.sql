{#- Whether only what is new is built. On Spark that is what is only ever added to (macros/spark/materializations.sql). -#}
{% macro is_incremental() %}
    {{ return(dbt.is_incremental() and (target.type != 'spark' or model.config.full_refresh == false)) }}
{% endmacro %}
