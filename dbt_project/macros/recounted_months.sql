{#-
    The months in which something counts otherwise than in the last complete build (macros/only_touched.sql), for counts by month. They are found when
    the SQL is made, since the engine skips what lies outside of dates that stand there as words, and not of those that a query gives.
-#}

{#-
    A condition on the month of a date, after `joint`: only months in which a case counts of which something came, or whose counts can change with the day.
    `date` is the column that the months are of: the day of reporting or of filing. All where nothing is known.
-#}
{% macro only_recounted_months(joint, date) -%}
    {%- if execute and seen_seq() and is_incremental() -%}
        {{ months_among(joint, date, run_query(recounted_months())) }}
    {%- else -%}{{ joint }} true
    {%- endif -%}
{%- endmacro %}

{% macro recounted_months() -%}
    select distinct cast(date_trunc('month', unnest([date_on, filed_on])) as date) as month
    from (
        select date_on, filed_on from ops.touched_days
        union
        select reported_on, filed_on from {{ ref('fct_case_standing') }} where settled_on > {{ seen_on() }}
    )
    order by month
{%- endmacro %}

{#- For a pre-hook: takes away the months that are counted again. All, where nothing is known. `month` is the column that holds them. -#}
{% macro forget_recounted_months() -%}
    {%- if execute and is_incremental() -%}
        delete from {{ this }} {{ only_recounted_months('where', 'month') }}
    {%- endif -%}
{%- endmacro %}

{#- The same for months of evaluated cases, which are noted as these are made again (macros/only_evaluated.sql). -#}
{% macro only_evaluated_months(joint) -%}
    {%- if execute and seen_seq() and is_incremental() -%}
        {{ months_among(joint, 'counted_on', run_query('select distinct month from ops.evaluated_months order by month')) }}
        and (period_id, cast(date_trunc('month', counted_on) as date)) in (select period_id, month from ops.evaluated_months)
    {%- else -%}{{ joint }} true
    {%- endif -%}
{%- endmacro %}

{% macro forget_evaluated_months() -%}
    {%- if execute and is_incremental() -%}
        delete from {{ this }}
        {%- if seen_seq() %} where (period_id, month) in (select period_id, month from ops.evaluated_months){% endif -%}
    {%- endif -%}
{%- endmacro %}

{#- A condition on the date: it lies in one of the months. -#}
{% macro months_among(joint, date, found) -%}
    {%- set months = found.columns['month'].values() | reject('none') | list -%}
    {%- if months -%}
        {{ joint }} {{ date }} >= date '{{ months | first }}' and {{ date }} <= last_day(date '{{ months | last }}')
        and date_trunc('month', {{ date }}) in ({% for month in months %}{{ ', ' if not loop.first }}date '{{ month }}'{% endfor %})
    {%- else -%}{{ joint }} false
    {%- endif -%}
{%- endmacro %}
