{#- The cases that the evaluation looks at again: those whose standing it looks at (macros/only_touched.sql) and all that were appealed. -#}

{% macro evaluated_again() -%}
    select case_id from {{ ref('stg_platform__touched_cases') }}
    union all
    select case_id from {{ ref('fct_case_standing') }} where settled_on > {{ seen_on() }}
    union all
    select case_id from {{ ref('fct_evaluation_appeal') }}
{%- endmacro %}

{% macro only_evaluated_cases() -%}
    {%- if not execute -%}
        {%- do ref('stg_platform__touched_cases') -%}
        {%- do ref('fct_case_standing') -%}
    {%- elif seen_seq() and is_incremental() -%}
        where case_id in ({{ evaluated_again() }})
    {%- endif -%}
{%- endmacro %}

{#- For a pre-hook: takes away what is made again, and notes which months of which periods it counted in. All of it, where nothing is known. -#}
{% macro forget_evaluated_cases() -%}
    {%- if execute and is_incremental() -%}
        {%- if seen_seq() %}{{ note_evaluated_months() }};{% endif %}
        delete from {{ this }} {% if seen_seq() %}where case_id in ({{ evaluated_again() }}){% endif %}
    {%- endif -%}
{%- endmacro %}

{#- The months in which the cases count that are evaluated again: to be noted before they are taken away, and once they are made anew. -#}
{% macro note_evaluated_months() -%}
    {%- if execute and is_incremental() and seen_seq() -%}
        insert into ops.evaluated_months
        select distinct
            period_id,
            cast(date_trunc('month', counted_on) as date)
        from {{ this }}
        where case_id in ({{ evaluated_again() }})
    {%- endif -%}
{%- endmacro %}

{#-
    What became of a frozen case can be another only where the evaluation looks at the case again, where the freezing itself is new, or where
    something had become of it before, which is told as of today. `changes` is what the last build had found. A city's first night freezes its whole past as
    it then stands: only appeals that were decided after a period's freezing date make that another.
-#}
{% macro only_changeable_cases(joint, case_id, changes) -%}
    {%- if not execute -%}
        {%- do ref('stg_platform__touched_cases') -%}
        {%- do ref('fct_case_standing') -%}
        {%- do ref('fct_evaluation_appeal') -%}
        {{ joint }} true
    {%- elif seen_seq() and is_incremental() -%}
        {{ joint }} {{ case_id }} in (
            {{ evaluated_again() }}
            union all
            select case_id from {{ changes }}
            union all
            select case_id from {{ ref('fct_evaluation_frozen_case') }} where frozen_on > {{ seen_on() }}
        )
    {%- elif is_first_freezing() -%}{{ joint }} {{ case_id }} in (select case_id from {{ ref('fct_evaluation_appeal') }})
    {%- else -%}{{ joint }} true
    {%- endif -%}
{%- endmacro %}

{#- For a pre-hook of what was frozen: notes that nothing had been before this run. The project's start takes the note away. -#}
{% macro note_first_freezing() -%}
    {%- if execute and target.type == 'duckdb' and load_cached_relation(this) is none -%}
        create or replace table ops.first_freezing as (select true as noted)
    {%- endif -%}
{%- endmacro %}

{% macro is_first_freezing() -%}
    {%- set noted = "select 1 as noted from duckdb_tables() where schema_name = 'ops' and table_name = 'first_freezing'" -%}
    {{ return(target.type == 'duckdb' and run_query(noted).rows | length > 0) }}
{%- endmacro %}

{#- For hooks: what was found before stands in doubt until it is found again, and what is not found again goes. -#}
{% macro doubt_changes() -%}
    {%- if execute and is_incremental() -%}update {{ this }} set cause = 'in doubt'{%- endif -%}
{%- endmacro %}

{% macro forget_doubted_changes() -%}
    {%- if execute and is_incremental() -%}delete from {{ this }} where cause = 'in doubt'{%- endif -%}
{%- endmacro %}
