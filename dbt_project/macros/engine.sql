{#-
    What DuckDB and Spark say in different words, one macro for each thing that models need. What is said alike stands in the models as it
    is. DuckDB's words are in macros/duckdb/engine.sql, Spark's in macros/spark/engine.sql (docs/decisions/0016-engines.md).
-#}

{#- Whole seconds from one moment to another; bigint. -#}
{% macro seconds_between(start, end) -%}
    {{ return(adapter.dispatch('seconds_between')(start, end)) }}
{%- endmacro %}

{#- Days from one date to another; bigint. -#}
{% macro days_between(start, end) -%}
    {{ return(adapter.dispatch('days_between')(start, end)) }}
{%- endmacro %}

{#- A timestamp and so many seconds, hours or days more. `unit` in the plural. -#}
{% macro plus(moment, number, unit) -%}
    {{ return(adapter.dispatch('plus')(moment, number, unit)) }}
{%- endmacro %}

{#- A decimal divided by another, to so many decimals: as binary numbers, so that an exact half is rounded to the same side everywhere. -#}
{% macro quotient(dividend, divisor, precision, scale) -%}
    {{ return(adapter.dispatch('quotient')(dividend, divisor, precision, scale)) }}
{%- endmacro %}

{#- Every `days`-th day from the first date to the last, one a row. -#}
{% macro each_date(first, last, days) -%}
    {{ return(adapter.dispatch('each_date')(first, last, days)) }}
{%- endmacro %}

{#- All columns of a relation but these. -#}
{% macro all_but(relation, columns) -%}
    {{ return(adapter.dispatch('all_but')(relation, columns)) }}
{%- endmacro %}

{#- A list of the expressions. -#}
{% macro list_of(expressions) -%}
    {{ return(adapter.dispatch('list_of')(expressions)) }}
{%- endmacro %}

{#- The different values of a list, without NULL. -#}
{% macro different(list) -%}
    {{ return(adapter.dispatch('different')(list)) }}
{%- endmacro %}

{#- The parts of a text between what matches the regular expression, as a list. -#}
{% macro split_by(text, pattern) -%}
    {{ return(adapter.dispatch('split_by')(text, pattern)) }}
{%- endmacro %}

{#- The elements of a list as rows. To stand alone in its column. -#}
{% macro each(list) -%}
    {{ return(adapter.dispatch('each')(list)) }}
{%- endmacro %}

{#- The elements of a list as rows, with their places from 1: two columns. -#}
{% macro each_numbered(list, name, number) -%}
    {{ return(adapter.dispatch('each_numbered')(list, name, number)) }}
{%- endmacro %}

{#- A map of a list of keys to a list of values. -#}
{% macro map_of(keys, values) -%}
    {{ return(adapter.dispatch('map_of')(keys, values)) }}
{%- endmacro %}

{#- Texts of a group joined in an order. -#}
{% macro joined(text, separator, order_by) -%}
    {{ return(adapter.dispatch('joined')(text, separator, order_by)) }}
{%- endmacro %}

{#- A number that stands for the rows of a group and changes when any of them does. It differs between engines and their versions. -#}
{% macro mark_of(columns) -%}
    {{ return(adapter.dispatch('mark_of')(columns)) }}
{%- endmacro %}

{#- After `as` of a CTE: it is made before what reads it, since the engine would choose its rows later than they can be. -#}
{% macro made_first() -%}
    {{ return(adapter.dispatch('made_first')()) }}
{%- endmacro %}

{#- A condition that holds a row against a relation of one row. -#}
{% macro against_one_row(condition) -%}
    {{ return(adapter.dispatch('against_one_row')(condition)) }}
{%- endmacro %}

{#-
    At the end of a fact that is made whole: its rows in the order of this day, so that what asks for some days, and a release's weeks, skips the rest. Joins of more
    rows than memory holds give them in no order; facts that are made of this one and of small tables keep it block by block. What a night adds is of the last weeks and
    comes last.
-#}
{% macro in_order_of(day) -%}
    {{ return(adapter.dispatch('in_order_of')(day)) }}
{%- endmacro %}

{#-
    A join clause: of the relation's rows with the same keys, the last one whose `since` is not after the moment (`strictly`: before it).
    `keys` maps what stands on the left to the relation's columns.
-#}
{% macro asof_join(relation, alias, moment, since, keys={}, kind='left', strictly=false) -%}
    {{ return(adapter.dispatch('asof_join')(relation, alias, moment, since, keys, kind, strictly)) }}
{%- endmacro %}
