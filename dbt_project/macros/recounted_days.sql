{#- The days on which something counts otherwise than in the last complete build (macros/only_touched.sql), for counts by day. -#}

{#-
    A condition on a day, after `joint`: only days of which something counts otherwise than in the last build. `standing` as above. All where nothing is
    known.
-#}
{% macro only_recounted_days(joint, day) -%}
    {%- if not execute -%}
        {%- do ref('stg_platform__touched_cases') -%}
        {%- do ref('fct_case_standing') -%}
        {{ joint }} true
    {%- elif seen_seq() and is_incremental() -%}
        {{ joint }} {{ day }} in (
            select date_on from ops.touched_days
            union all
            select reported_on from {{ ref('fct_case_standing') }} where settled_on > {{ seen_on() }}
        )
    {%- else -%}{{ joint }} true
    {%- endif -%}
{%- endmacro %}

{#- For a pre-hook: takes away the days that are counted again. All, where nothing is known. -#}
{% macro forget_recounted_days() -%}
    {%- if execute and is_incremental() -%}
        delete from {{ this }} {{ only_recounted_days('where', 'date_on') }}
    {%- endif -%}
{%- endmacro %}
