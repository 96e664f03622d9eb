{#-
    The weeks of large facts in which a night can have made anything another, for the release, which then compares these and not every row
    (pipelines/publish/touched.py). A row without a week stands for rows without a date, and says that the fact is among those that are told of.
-#}

{#- For the project's end, when all models stand. Nothing is noted where everything was looked at. -#}
{% macro note_touched_parts() -%}
    {%- if not execute -%}{%- do ref('fct_case_standing') -%}{%- endif -%}
    {%- if execute and target.type == 'duckdb' -%}
        {%- if seen_seq() -%}
            create or replace table ops.touched_parts as (
                with days_that_count_otherwise as (
                    {{ recounted_days() }}
                ),

                -- Every version of a step, what it was in the fact before and what it is now.
                steps as (
                    select cast(operated_at as date) as date_on from raw.platform_case_flow where _batch_seq > {{ seen_seq() }}
                    union
                    select cast(operated_at as date) from raw.platform_case_flow where _superseded_by_seq > {{ seen_seq() }}
                ),

                evaluated as (
                    select cast(unnest(generate_series(month, last_day(month), interval 1 day)) as date) as date_on
                    from (select distinct month from ops.evaluated_months)
                ),

                told as (
                    select 'core.fct_platform_case' as relation, date_on from ops.touched_days
                    union all
                    select 'core.fct_case_standing', date_on from days_that_count_otherwise
                    union all
                    select unnest(['core.agg_case_day', 'core.agg_case_week']), date_on from days_that_count_otherwise
                    union all
                    select 'core.fct_case_step', date_on from steps
                    union all
                    select 'core.fct_evaluation_case', date_on from evaluated
                )

                select distinct relation, cast(date_trunc('week', date_on) as date) as part from told
                union
                select unnest([
                    'core.fct_platform_case', 'core.fct_case_standing', 'core.agg_case_day', 'core.agg_case_week', 'core.fct_case_step', 'core.fct_evaluation_case'
                ]), null
            )
        {%- else -%}
            drop table if exists ops.touched_parts
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
