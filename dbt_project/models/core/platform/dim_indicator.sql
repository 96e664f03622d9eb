-- The indicators of the evaluation: counts, rates (empty where no source gives a numerator) and the composite score.
-- Where the field does not agree, the city's choice stands in `definition` and is printed beside the figure.
{%- set choices = [
    'filing_denominator', 'verify_limit_hours', 'accurate_dispatch', 'on_time_closing_denominator', 'rework_denominator',
    'handling_cap_hours',
] %}
{%- set after_dispatch %}
        'filed', 'dispatched', 'handle_due', 'handled', 'handled_on_time', 'handled_late', 'overdue_unhandled',
        'close_due', 'closed', 'closed_on_time', 'closed_late', 'overdue_open', 'rework', 'reworked_again',
        'returned', 'suspended', 'extended', 'reopened', 'force_closed', 'handling_hours'
{% endset %}

with rates as (
    select
        rate.indicator,
        rate.numerator,
        case rate.denominator
            when 'filing_denominator' then city.filing_denominator
            when 'on_time_closing_denominator' then city.on_time_closing_denominator
            when 'rework_denominator' then city.rework_denominator
            else rate.denominator
        end as denominator,
        rate.is_inverse,
        rate.name_zh,
        case rate.choice
            {% for choice in choices %}
                when '{{ choice }}' then '{{ choice }}=' || city.{{ choice }}
            {% endfor %}
        end as definition
    from {{ ref('dim_city') }} as city
    cross join (
        values
        ('effective_report_rate', 'valid_reported', 'collector_reported', false, '有效上报率', null),
        ('public_report_rate', 'public_verified', 'filed', true, '监督举报率', null),
        ('missed_report_rate', 'missed', 'filed', true, '漏报率', null),
        ('filed_rate', 'filed', 'filing_denominator', false, '立案率', 'filing_denominator'),
        ('filed_on_time_rate', 'filed_on_time', 'filed', false, '按时立案率', null),
        ('filed_accurately_rate', 'filed_accurately', 'filed', false, '准确立案率', null),
        ('verify_on_time_rate', 'verified_on_time', 'verify_due', false, '按时核实率', 'verify_limit_hours'),
        ('verify_sent_on_time_rate', 'verify_sent_on_time', 'verify_send_due', false, '核实按时派发率', null),
        ('check_sent_on_time_rate', 'check_sent_on_time', 'check_send_due', false, '核查按时派发率', null),
        ('dispatched_rate', 'dispatched', 'dispatch_due', false, '派遣率', null),
        ('dispatched_on_time_rate', 'dispatched_on_time', 'dispatch_due', false, '按时派遣率', null),
        (
            'dispatched_accurately_rate', 'dispatched_accurately', 'dispatch_due', false, '准确派遣率',
            'accurate_dispatch'
        ),
        ('handled_rate', 'handled', 'handle_due', false, '处置率', null),
        ('handled_on_time_rate', 'handled_on_time', 'handle_due', false, '按期处置率', null),
        ('overdue_unhandled_rate', 'overdue_unhandled', 'handle_due', true, '超期未处置率', null),
        ('check_on_time_rate', 'checked_on_time', 'check_due', false, '按时核查率', null),
        ('closed_rate', 'closed', 'close_due', false, '结案率', null),
        (
            'closed_on_time_rate', 'closed_on_time', 'on_time_closing_denominator', false, '按期结案率',
            'on_time_closing_denominator'
        ),
        ('closed_late_rate', 'closed_late', 'close_due', true, '超期结案率', null),
        ('not_closed_rate', 'not_closed', 'reported', true, '未结案率', null),
        ('rework_rate', 'rework', 'rework_denominator', true, '返工率', 'rework_denominator'),
        ('settled_rate', 'closed', 'reported_not_refused', false, '办结率', null),
        ('same_street_rate', 'same_street_handled', 'handled', false, '属地处置率', null),
        ('handling_hours_mean', 'handling_hours', 'handled', null, '平均处置时长（小时）', 'handling_cap_hours')
    ) as rate (indicator, numerator, denominator, is_inverse, name_zh, choice)
),

counts as (
    select listed.*
    from (
        values
        {% for name, zh in case_counts().items() -%}
            ('{{ name }}', '{{ zh }}'){{ ',' if not loop.last }}
        {% endfor %}
    ) as listed (indicator, name_zh)
),

indicators as (
    select
        indicator,
        'count' as kind,
        name_zh,
        indicator as numerator,
        cast(null as string) as denominator,
        cast(null as boolean) as is_inverse,
        cast(null as string) as definition
    from counts

    union all

    select
        indicator,
        case when is_inverse is null then 'mean' else 'rate' end as kind,
        name_zh,
        numerator,
        denominator,
        is_inverse,
        definition
    from rates

    union all

    select
        'composite' as indicator,
        'composite' as kind,
        '综合得分' as name_zh,
        null as numerator,
        null as denominator,
        null as is_inverse,
        'minimum_weight=' || minimum_weight as definition
    from {{ ref('dim_city') }}
)

-- Departments answer for what happens after dispatch, and for their score.
select
    *,
    coalesce(
        numerator in ({{ after_dispatch }}) and coalesce(denominator, numerator) in ({{ after_dispatch }}),
        kind = 'composite'
    ) as is_of_departments
from indicators
