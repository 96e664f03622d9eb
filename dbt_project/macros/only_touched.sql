{#-
    What a night need not look at again. After a complete build the night passes on how far that build had seen (pipelines/kept.py): the number of
    the last batch, and its day. Then only cases of which a later batch brought anything are looked at, and of the others those whose counts can
    still change with the day. In any other run (by hand, of a part, after one that broke off) nothing is known and everything is looked at.

    Like the as-of day these are read only when SQL is really made.
-#}

{#- The number of the last batch that the complete build before this one had seen; empty where nothing is known. -#}
{% macro seen_seq() -%}
    {%- if execute -%}{{ return(env_var('CHENGGUAN_SEEN_SEQ', '')) }}{%- endif -%}
    {{ return('') }}
{%- endmacro %}

{#- The day of that build. -#}
{% macro seen_on() -%}
    date '{{ modules.datetime.date.fromisoformat(env_var('CHENGGUAN_SEEN_ON')) }}'
{%- endmacro %}

{#- For models that ask for touched cases in a branch that parsing does not see. -#}
{% macro reads_touched_cases() -%}
    {%- if not execute -%}{%- do ref('stg_platform__touched_cases') -%}{%- endif -%}
{%- endmacro %}

{#- A condition on the column `case_id`, after `joint` (where, and): only cases of which something came. All where nothing is known. -#}
{% macro only_touched_cases(joint='where', case_id='case_id') -%}
    {%- if not execute -%}{%- do ref('stg_platform__touched_cases') -%}{{ joint }} true
    {%- elif seen_seq() -%}
        {{ joint }} {{ case_id }} in (select case_id from {{ ref('stg_platform__touched_cases') }})
    {%- else -%}{{ joint }} true
    {%- endif -%}
{%- endmacro %}

{#- The cases whose counts may be others than in the last build. -#}
{% macro unsettled_cases(standing) -%}
    select case_id from {{ ref('stg_platform__touched_cases') }}
    union all
    select case_id from {{ standing }} where settled_on > {{ seen_on() }}
    union all
    select case_id from {{ ref('fct_platform_case') }} where reported_at >= {{ seen_on() }} + interval 1 day
{%- endmacro %}

{#-
    A condition on the column `case_id`: only cases whose counts may be others than in the last build, because something came of them or because
    not all that is dated about them lay before its end. `standing` is the relation that says since when a case's counts are settled.
-#}
{% macro only_unsettled_cases(joint, case_id, standing) -%}
    {%- if not execute -%}{%- do ref('stg_platform__touched_cases') -%}{{ joint }} true
    {%- elif seen_seq() and is_incremental() -%}
        {{ joint }} {{ case_id }} in (
            {{ unsettled_cases(standing) }}
        )
    {%- else -%}{{ joint }} true
    {%- endif -%}
{%- endmacro %}

{#- For a pre-hook: takes away the rows of touched cases, which the model makes again; all, where nothing is known. -#}
{% macro forget_touched_cases() -%}
    {%- if execute and is_incremental() -%}
        delete from {{ this }} {{ only_touched_cases() }}
    {%- endif -%}
{%- endmacro %}

{#- For a post-hook: a record that was put right may say that it is of a later day than this. -#}
{% macro forget_what_lies_ahead() -%}
    {%- if execute and is_incremental() -%}
        delete from {{ this }} where case_id in (
            select cases.case_id
            from {{ ref('fct_platform_case') }} as cases
            inner join {{ ref('dim_as_of') }} as today on cases.reported_at >= today.ends_at
        )
    {%- endif -%}
{%- endmacro %}

{#- The day from which on a case's counts are the same on every day: that of the last of all that is dated about it. -#}
{% macro settled_on() -%}
    cast(greatest(
        reported_at, accepted_at, filed_at, dispatched_at, handled_at, checked_at, closed_at, cancelled_at, due_at,
        given_up_at, first_redispatched_at, first_returned_at, first_suspended_at, first_extended_at, first_check_failed_at,
        first_reopened_at, {{ plus('accepted_at', 'cast(verify_limit_hours as integer)', 'hours') }}
    ) as date)
{%- endmacro %}
