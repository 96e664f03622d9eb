{#- DuckDB's words for what macros/engine.sql lists. -#}

{% macro duckdb__seconds_between(start, end) -%}
    date_diff('second', {{ start }}, {{ end }})
{%- endmacro %}

{% macro duckdb__days_between(start, end) -%}
    date_diff('day', {{ start }}, {{ end }})
{%- endmacro %}

{% macro duckdb__plus(moment, number, unit) -%}
    {{ moment }} + to_{{ unit }}({{ number }})
{%- endmacro %}

{% macro duckdb__quotient(dividend, divisor, precision, scale) -%}
    cast({{ dividend }} / {{ divisor }} as decimal({{ precision }}, {{ scale }}))
{%- endmacro %}

{% macro duckdb__each_date(first, last, days) -%}
    cast(unnest(generate_series({{ first }}, {{ last }}, interval {{ days }} day)) as date)
{%- endmacro %}

{% macro duckdb__all_but(relation, columns) -%}
    {{ relation }}.* exclude ({{ columns | join(', ') }})
{%- endmacro %}

{% macro duckdb__list_of(expressions) -%}
    [{{ expressions | join(', ') }}]
{%- endmacro %}

{% macro duckdb__different(list) -%}
    list_distinct({{ list }})
{%- endmacro %}

{% macro duckdb__split_by(text, pattern) -%}
    string_split_regex({{ text }}, '{{ pattern }}')
{%- endmacro %}

{% macro duckdb__each(list) -%}
    unnest({{ list }})
{%- endmacro %}

{% macro duckdb__each_numbered(list, name, number) -%}
    unnest({{ list }}) as {{ name }},
    cast(generate_subscripts({{ list }}, 1) as integer) as {{ number }}
{%- endmacro %}

{% macro duckdb__map_of(keys, values) -%}
    map({{ keys }}, {{ values }})
{%- endmacro %}

{% macro duckdb__joined(text, separator, order_by) -%}
    string_agg({{ text }}, '{{ separator }}' order by {{ order_by }})
{%- endmacro %}

{% macro duckdb__mark_of(columns) -%}
    bit_xor(hash({{ columns | join(', ') }}))
{%- endmacro %}

{#- Of a whole fact it would be a copy; nothing is chosen there. -#}
{% macro duckdb__made_first() -%}
    {%- if seen_seq() -%}materialized{%- endif -%}
{%- endmacro %}

{#- The bare condition it takes for a join, of which it expects hardly a row, and then holds the cases in memory to look up their departments. -#}
{% macro duckdb__against_one_row(condition) -%}
    coalesce({{ condition }}, false)
{%- endmacro %}

{% macro duckdb__in_order_of(day) -%}
    {%- if not (seen_seq() and is_incremental()) -%}order by {{ day }}{%- endif -%}
{%- endmacro %}

{% macro duckdb__asof_join(relation, alias, moment, since, keys, kind, strictly) -%}
    asof {{ kind }} join {{ relation }} as {{ alias }}
        on {% for left, right in keys.items() %}{{ left }} = {{ alias }}.{{ right }} and {% endfor -%}
        {{ moment }} {{ '>' if strictly else '>=' }} {{ alias }}.{{ since }}
{%- endmacro %}
