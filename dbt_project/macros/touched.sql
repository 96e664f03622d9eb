{#- What came since the last complete build (macros/only_touched.sql), noted once at the start of a run. -#}

{#-
    For the project's start: which cases are touched is found once, over all that was ever loaded, and not by each that asks. A run that knows
    nothing finds every case touched, also by views that an earlier night has left.
-#}
{% macro note_touched_cases() -%}
    {%- if execute and target.type == 'duckdb' -%}
        {%- set sources = ['raw.platform_cases', 'raw.platform_case_flow', 'raw.evaluation_appeals'] -%}
        {%- set view = adapter.get_relation(target.database, 'staging', 'stg_platform__touched_cases') -%}
        {%- if seen_seq() -%}
            create or replace table ops.touched_cases as (
                {%- for source in sources %}
                {{ 'union' if not loop.first }}
                select case_id from {{ source }} where _batch_seq > {{ seen_seq() }} or _superseded_by_seq > {{ seen_seq() }}
                {%- endfor %}
            );
            -- The days that they are reported and filed on, in each of their versions.
            create or replace table ops.touched_days as (
                select distinct
                    cast(reported_at as date) as date_on,
                    cast(filed_at as date) as filed_on
                from raw.platform_cases
                where case_id in (select case_id from ops.touched_cases)
            );
            -- Filled as cases are evaluated again (macros/recounted_months.sql).
            create or replace table ops.evaluated_months (period_id varchar, month date);
            -- A night on which nothing came does not build the view anew, and the last run may have left it showing everything.
            {%- if view is not none %}
            create or replace view {{ view }} as (select case_id from ops.touched_cases)
            {%- endif -%}
        {%- elif view is not none -%}
            create or replace view {{ view }} as (
                {%- for source in sources %}
                {{ 'union all' if not loop.first }}
                select case_id from {{ source }}
                {%- endfor %}
            )
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
