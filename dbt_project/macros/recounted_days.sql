{#-
    The days on which something counts otherwise than in the last complete build (macros/only_touched.sql), for counts by day and by week. They are found when the SQL
    is made, for the reason that macros/recounted_months.sql gives.
-#}

{#-
    A condition on a day, after `joint`: only days of which something counts otherwise than in the last build. `moment` is the column that the day is of, where it
    is of one. All where nothing is known.
-#}
{% macro only_recounted_days(joint, day, moment=none) -%}
    {%- if not execute -%}
        {%- do ref('stg_platform__touched_cases') -%}
        {%- do ref('fct_case_standing') -%}
        {{ joint }} true
    {%- elif seen_seq() and is_incremental() -%}
        {{ days_among(joint, day, moment, run_query(recounted_days())) }}
    {%- else -%}{{ joint }} true
    {%- endif -%}
{%- endmacro %}

{#- `standing` is the relation of fct_case_standing, for who cannot refer to it. -#}
{% macro recounted_days(standing=none) -%}
    select date_on from ops.touched_days where date_on is not null
    union
    select reported_on from {{ standing or ref('fct_case_standing') }} where settled_on > {{ seen_on() }}
    order by date_on
{%- endmacro %}

{#- For a pre-hook: takes away the days that are counted again. All, where nothing is known. -#}
{% macro forget_recounted_days() -%}
    {%- if execute and is_incremental() -%}
        delete from {{ this }} {{ only_recounted_days('where', 'date_on') }}
    {%- endif -%}
{%- endmacro %}

{#- The same for weeks of such days: a condition on a day, and taking away weeks, which `week` of the model holds. -#}
{% macro only_recounted_weeks(joint, day) -%}
    {%- if not execute -%}{{ only_recounted_days(joint, day) }}
    {%- elif seen_seq() and is_incremental() -%}
        {%- set weeks = run_query(recounted_weeks()).columns['week'].values() -%}
        {%- if weeks -%}
            {{ joint }} {{ day }} >= date '{{ weeks | first }}' and {{ day }} < date '{{ (weeks | last) + modules.datetime.timedelta(days=7) }}'
            and date_trunc('week', {{ day }}) in ({% for one in weeks %}{{ ', ' if not loop.first }}date '{{ one }}'{% endfor %})
        {%- else -%}{{ joint }} false
        {%- endif -%}
    {%- else -%}{{ joint }} true
    {%- endif -%}
{%- endmacro %}

{% macro recounted_weeks(standing=none) -%}
    select distinct cast(date_trunc('week', date_on) as date) as week from ({{ recounted_days(standing) }}) order by week
{%- endmacro %}

{% macro forget_recounted_weeks() -%}
    {%- if execute and is_incremental() -%}
        delete from {{ this }} {{ only_recounted_weeks('where', 'week') }}
    {%- endif -%}
{%- endmacro %}

{#- A condition on the day: it is one of those. -#}
{% macro days_among(joint, day, moment, found) -%}
    {%- set days = found.columns['date_on'].values() -%}
    {%- if days -%}
        {{ joint }} {{ day }} in ({% for one in days %}{{ ', ' if not loop.first }}date '{{ one }}'{% endfor %})
        {%- if moment %}
        and {{ moment }} >= timestamp '{{ days | first }}' and {{ moment }} < timestamp '{{ (days | last) + modules.datetime.timedelta(days=1) }}'
        {%- endif -%}
    {%- else -%}
        {{ joint }} false
    {%- endif -%}
{%- endmacro %}
