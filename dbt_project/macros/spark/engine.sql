{#- Spark's words for what macros/engine.sql lists. Spark SQL 4 in ANSI mode, with timestamps without a zone (profiles.yml). -#}

{#- Like DuckDB, seconds are counted by their beginnings: the parts of a second do not count. -#}
{% macro spark__seconds_between(start, end) -%}
    timestampdiff(second, date_trunc('second', {{ start }}), date_trunc('second', {{ end }}))
{%- endmacro %}

{% macro spark__days_between(start, end) -%}
    cast(datediff({{ end }}, {{ start }}) as bigint)
{%- endmacro %}

{% macro spark__plus(moment, number, unit) -%}
    timestampadd({{ unit[:-1] }}, {{ number }}, {{ moment }})
{%- endmacro %}

{#- DuckDB divides decimals as doubles, and rounds a double after it has moved the point. -#}
{% macro spark__quotient(dividend, divisor, precision, scale) -%}
    cast(
        round(cast({{ dividend }} as double) / cast({{ divisor }} as double) * 1e{{ scale }}D) / 1e{{ scale }}D
        as decimal({{ precision }}, {{ scale }})
    )
{%- endmacro %}

{% macro spark__each_date(first, last, days) -%}
    explode(sequence({{ first }}, {{ last }}, interval {{ days }} day))
{%- endmacro %}

{% macro spark__all_but(relation, columns) -%}
    {{ relation }}.* except ({{ columns | join(', ') }})
{%- endmacro %}

{% macro spark__list_of(expressions) -%}
    array({{ expressions | join(', ') }})
{%- endmacro %}

{% macro spark__different(list) -%}
    array_compact(array_distinct({{ list }}))
{%- endmacro %}

{#- A backslash in a text of Spark's is an escape. -#}
{% macro spark__split_by(text, pattern) -%}
    split({{ text }}, '{{ pattern | replace("\\", "\\\\") }}')
{%- endmacro %}

{% macro spark__each(list) -%}
    explode({{ list }})
{%- endmacro %}

{% macro spark__each_numbered(list, name, number) -%}
    inline(transform({{ list }}, (element, place) -> struct(element as {{ name }}, place + 1 as {{ number }})))
{%- endmacro %}

{% macro spark__map_of(keys, values) -%}
    map_from_arrays({{ keys }}, {{ values }})
{%- endmacro %}

{% macro spark__joined(text, separator, order_by) -%}
    listagg({{ text }}, '{{ separator }}') within group (order by {{ order_by }})
{%- endmacro %}

{% macro spark__mark_of(columns) -%}
    bit_xor(xxhash64({{ columns | join(', ') }}))
{%- endmacro %}

{#- It has no word for it, and builds everything anyway. -#}
{% macro spark__made_first() -%}{%- endmacro %}

{% macro spark__against_one_row(condition) -%}
    {{ condition }}
{%- endmacro %}

{#- A table of Spark is many files, each written by itself. -#}
{% macro spark__in_order_of(day) -%}
{%- endmacro %}

{#- Each row holds until the next one of its keys begins. -#}
{% macro spark__asof_join(relation, alias, moment, since, keys, kind, strictly) -%}
    {{ kind }} join (
        select
            *,
            lead({{ since }}) over (
                {% if keys %}partition by {{ keys.values() | join(', ') }} {% endif %}order by {{ since }}
            ) as _next_since
        from {{ relation }}
        where {{ since }} is not null
    ) as {{ alias }}
        on
            {% for left, right in keys.items() %}{{ left }} = {{ alias }}.{{ right }} and {% endfor -%}
            {{ moment }} {{ '>' if strictly else '>=' }} {{ alias }}.{{ since }}
            and ({{ alias }}._next_since is null or {{ moment }} {{ '<=' if strictly else '<' }} {{ alias }}._next_since)
{%- endmacro %}
