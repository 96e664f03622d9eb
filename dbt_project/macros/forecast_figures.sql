{#- What every served forecast says of its cases: the mean, the part that citizens report (never more than the whole), the median, and both ends. -#}
{% macro forecast_figures() -%}
cast(expected as decimal(12, 4)) as expected,
    cast(least(expected_citizen, expected) as decimal(12, 4)) as expected_citizen,
    likely,
    cast(low as decimal(12, 4)) as low,
    cast(high as decimal(12, 4)) as high
{%- endmacro %}
