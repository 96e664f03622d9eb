{#-
    Tables, views and tests as DuckDB can make them: replaced in one statement within one transaction. dbt's own ways build beside the old
    relation, rename twice and drop, four more statements a node; over 400 small nodes that was a third of a night. Contracts are asserted
    and failures stored as everywhere else. Other adapters use their own.

    Not taken over, since no model of the project has them: hooks, indexes, grants, persisted docs.
-#}

{% materialization table, adapter='duckdb', supported_languages=['sql', 'python'] %}
    {%- set target = this.incorporate(type='table') -%}
    {{ make_way_for(target) }}
    {%- if model['language'] == 'python' -%}
        {#- Python hands its rows over on a connection of its own: beside the old table, which is then replaced like any other. -#}
        {%- set beside = target.incorporate(path={'identifier': target.identifier ~ '__beside'}) -%}
        {%- do adapter.drop_relation(beside) -%}
        {%- do adapter.commit() -%}
        {% call statement('main', language='python', auto_begin=False) -%}
            {{ create_table_as(False, beside, model['compiled_code'], 'python') }}
        {%- endcall %}
        {% call statement('replace') -%}
            create or replace table {{ target }} as (select * from {{ beside }});
            drop table {{ beside }};
        {%- endcall %}
        {{ adapter.commit() }}
        {{ return({'relations': [target]}) }}
    {%- endif -%}
    {% call statement('main') -%}
        {%- if config.get('contract').enforced -%}
            {{ get_assert_columns_equivalent(sql) }}
            create or replace table {{ target }} {{ get_table_columns_and_constraints() }};
            insert into {{ target }} {{ get_column_names() }} ({{ get_select_subquery(sql) }});
        {%- else -%}
            create or replace table {{ target }} as ({{ sql }});
        {%- endif -%}
    {%- endcall %}
    {{ adapter.commit() }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{% materialization view, adapter='duckdb' %}
    {%- set target = this.incorporate(type='view') -%}
    {{ make_way_for(target) }}
    {% call statement('main') -%}
        {%- if config.get('contract').enforced -%}
            {{ get_assert_columns_equivalent(sql) }}
        {%- endif -%}
        create or replace view {{ target }} as ({{ sql }});
    {%- endcall %}
    {{ adapter.commit() }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{#- A table of what the test found, and how many rows that is, in one go. -#}
{% materialization test, adapter='duckdb' %}
    {%- set found = api.Relation.create(
        database=database, schema=schema, identifier=model['alias'], type='table'
    ) -%}
    {%- set is_stored = should_store_failures() -%}
    {%- set rows = get_limit_subquery_sql(sql, config.get('limit')) -%}
    {% call statement('main', fetch_result=True, auto_begin=is_stored) -%}
        {%- if is_stored -%}
            create or replace table {{ found }} as ({{ rows }});
            {%- set rows = 'select * from ' ~ found -%}
        {%- endif %}
        {{ get_test_sql(rows, config.get('fail_calc'), config.get('warn_if'), config.get('error_if'), limit=none) }}
    {%- endcall %}
    {%- if is_stored -%}{{ adapter.commit() }}{%- endif -%}
    {{ return({'relations': [found] if is_stored else []}) }}
{% endmaterialization %}

{#- A model that was a view becomes a table, or the other way round: the old one goes first. -#}
{% macro make_way_for(target) %}
    {%- set old = load_cached_relation(target) -%}
    {%- if old is not none and old.type != target.type -%}
        {%- do adapter.drop_relation(old) -%}
    {%- endif -%}
{% endmacro %}
