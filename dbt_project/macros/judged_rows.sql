{#-
    What a test need not look at again. A test that has passed on everything passes on all rows that are as they were; so a night that knows how far
    the last complete build had seen (macros/only_touched.sql) has the tests of large facts look at rows that can be others, by the word in
    their `where`. All rows are looked at in any other run, by a test that had found something (unless it looks at what it had found, too), and
    by each on the first night of a week (pipelines/kept.py tells which).
-#}

{#- The condition by its word: it takes in every row that the model can have made anew, and every row with the same key. -#}
{% macro changed_rows(word, relation) -%}
    {%- if word == 'rows of_touched_cases' -%} case_id in (select case_id from ops.touched_cases)
    {%- elif word == 'rows of_unsettled_cases' -%}
        case_id in (
            select case_id from ops.touched_cases
            union all
            select case_id from {{ relation }} where settled_on > {{ seen_on() }}
        )
    {%- elif word == 'rows of_cases_evaluated_again' -%}
        {#- By name and not by ref: what a test refers to is settled before its `where` is known. All are built before it. -#}
        case_id in (
            select case_id from ops.touched_cases
            union all
            select case_id from {{ beside(relation, 'fct_case_standing') }} where settled_on > {{ seen_on() }}
            union all
            select case_id from {{ beside(relation, 'fct_evaluation_appeal') }}
        )
    {%- elif word == 'rows of_recounted_days' -%}
        date_on in ({{ recounted_days(beside(relation, 'fct_case_standing')) }})
    {%- elif word == 'rows of_recounted_weeks' -%}
        week in ({{ recounted_weeks(beside(relation, 'fct_case_standing')) }})
    {%- elif word == 'rows of_new_batches' -%}
        step_id in (select step_id from {{ relation }} where _batch_seq > {{ seen_seq() }})
    {%- elif word == 'rows frozen_since' -%} frozen_on > {{ seen_on() }}
    {%- else -%}
        {{ exceptions.raise_compiler_error('macros/judged_rows.sql: ' ~ word) }}
    {%- endif -%}
{%- endmacro %}

{#- What a generic test reads of a model: all of it, what its `where` says, or the rows that can be others. -#}
{% macro get_where_subquery(relation) -%}
    {%- set word = config.get('where') or '' -%}
    {%- if not word.startswith('rows ') -%}{{ return(dbt.default__get_where_subquery(relation)) }}{%- endif -%}
    {%- if not execute or not seen_seq() or model.unique_id in env_var('CHENGGUAN_JUDGE_WHOLE', model.unique_id).split()
        or (word.endswith('_or_found') and load_relation(found_before()) is none) -%}
        {{ return(relation) }}
    {%- endif -%}
    {%- if word == 'rows of_touched_cases_or_found' -%}{{ return(touched_or_found(relation)) }}{%- endif -%}
    {{ return('(select * from ' ~ relation ~ ' where ' ~ changed_rows(word, relation) ~ ') as changed') }}
{%- endmacro %}

{#-
    For `relationships`: rows of touched cases, and of others what it had found. Steps whose case is not there, as every real source has some of all years, are
    looked at until it comes, though not looked for again among all steps. A join, of which the engine knows that few rows come out: else it would
    hold all cases against them in memory.
-#}
{% macro touched_or_found(relation) -%}
    (
        select step.case_id from {{ relation }} as step inner join ops.touched_cases as touched on step.case_id = touched.case_id
        union all
        select from_field from {{ found_before() }} where from_field not in (select case_id from ops.touched_cases)
    ) as changed
{%- endmacro %}

{#- Another table of the same schema. -#}
{% macro beside(relation, name) -%}
    {{ relation.incorporate(path={'identifier': name}) }}
{%- endmacro %}

{#- What this test found when it was last judged. -#}
{% macro found_before() -%}
    {{ return(api.Relation.create(database=model.database, schema=model.schema, identifier=model.alias)) }}
{%- endmacro %}
