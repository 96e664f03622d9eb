{#- The as-of date of this build, and which version of a record is held on a day. Nothing else may ask for today's date. -#}

{#- Read only when SQL is really made: an environment variable seen while parsing would cost a new parse every night. -#}
{% macro as_of() -%}
    {%- if execute -%}
        {%- set day = env_var('CHENGGUAN_AS_OF', '') -%}
        {%- if not day -%}
            {{ exceptions.raise_compiler_error(
                'CHENGGUAN_AS_OF 未设置，例如 CHENGGUAN_AS_OF=2017-09-25 dbt build / is not set: CHENGGUAN_AS_OF=2017-09-25 dbt build'
            ) }}
        {%- endif -%}
        date '{{ modules.datetime.date.fromisoformat(day) }}'
    {%- else -%}
        date '1970-01-01'
    {%- endif -%}
{%- endmacro %}

{#- True for the version of a raw record that is the current one on the night of `day`. -#}
{% macro is_held_on(day) -%}
    _loaded_for_on <= {{ day }} and (_superseded_for_on is null or _superseded_for_on > {{ day }})
{%- endmacro %}
