{#-
    What happened to a case by a moment, as 1 or 0 to be summed up. One way to count for the standing of the
    as-of day and for the evaluation of a period, which looks at the same case on another day.
-#}

{#- The counts and their names, in the order of a case's life. What no source tells is not among them: 漏报数, 核实/核查派发数. -#}
{% macro case_counts() -%}
    {{ return({
        'reported': '上报数', 'collector_reported': '监督员上报数', 'valid_reported': '监督员有效上报数', 'public_reported': '公众举报数',
        'public_verified': '监督举报核实数', 'verify_due': '应核实数', 'verified_on_time': '按时核实数', 'accepted': '受理数',
        'refused': '不予受理数', 'filed': '立案数', 'filed_on_time': '按时立案数', 'cancelled': '作废数', 'filed_accurately': '准确立案数',
        'dispatch_due': '应派遣数', 'dispatched': '派遣数', 'dispatched_on_time': '按时派遣数', 'dispatched_accurately': '准确派遣数',
        'handle_due': '应处置数', 'handled': '处置数', 'handled_on_time': '按期处置数', 'handled_late': '超期处置数',
        'overdue_unhandled': '超期未处置数', 'check_due': '应核查数', 'checked': '核查数', 'checked_on_time': '按时核查数',
        'close_due': '应结案数', 'closed': '结案数', 'closed_on_time': '按期结案数', 'closed_late': '超期结案数',
        'closed_without_deadline': '无时限结案数', 'overdue_open': '超期未结案数', 'not_closed': '未结案数', 'rework': '返工数',
        'reworked_again': '多次返工数', 'returned': '回退数', 'suspended': '挂账数', 'extended': '延期数', 'reopened': '重启数',
        'force_closed': '强制结案数', 'same_street_handled': '属地处置数'
    }) }}
{%- endmacro %}

{#-
    The counts' columns over a relation that has those of `case_happened` beside the case's own. A cancelled case counts as reported,
    accepted, filed and cancelled only.
-#}
{% macro case_flags() -%}
    {%- set conditions = {
        'reported': 'true',
        'collector_reported': "channel = 'collector'",
        'valid_reported': "channel = 'collector' and is_filed",
        'public_reported': 'is_public',
        'public_verified': 'is_public and is_filed',
        'verify_due': 'is_verify_due',
        'verified_on_time': 'is_verify_due and is_judged and judged_at <= verify_by_at',
        'accepted': 'coalesce(accepted_at, filed_at) < ends_at',
        'refused': "status = 'not_accepted' and coalesce(given_up_at < ends_at, true)",
        'filed': 'is_filed',
        'filed_on_time': 'is_filed and filing_timeout is distinct from true',
        'cancelled': 'is_cancelled',
        'filed_accurately': 'is_live',
        'dispatch_due': 'is_live',
        'dispatched': 'is_dispatched',
        'dispatched_on_time': 'is_dispatched and dispatch_timeout is distinct from true',
        'dispatched_accurately': "case when accurate_dispatch = 'due_minus_rework' then is_live and not is_rework"
            ~ ' else is_dispatched and coalesce(first_redispatched_at >= ends_at, true) end',
        'handle_due': 'is_dispatched and (is_handled or is_deadline_over)',
        'handled': 'is_handled',
        'handled_on_time': 'is_handled and handled_at <= due_at',
        'handled_late': 'is_handled and handled_at > due_at',
        'overdue_unhandled': 'is_dispatched and not is_handled and is_deadline_over',
        'check_due': 'is_handled',
        'checked': 'is_checked',
        'checked_on_time': 'is_checked and check_timeout is distinct from true',
        'close_due': 'is_closed or (is_live and is_deadline_over)',
        'closed': 'is_closed',
        'closed_on_time': 'is_closed and closed_at <= due_at',
        'closed_late': 'is_closed and closed_at > due_at',
        'closed_without_deadline': 'is_closed and due_at is null',
        'overdue_open': 'is_live and not is_closed and is_deadline_over',
        'not_closed': 'is_live and not is_closed',
        'rework': 'is_rework',
        'reworked_again': 'is_rework and rework_count > 1',
        'returned': 'is_live and first_returned_at < ends_at',
        'suspended': 'is_live and suspend_count > 0 and coalesce(first_suspended_at < ends_at, true)',
        'extended': 'is_live and extension_count > 0 and coalesce(first_extended_at < ends_at, true)',
        'reopened': 'is_live and first_reopened_at < ends_at',
        'force_closed': "is_closed and status = 'forced_close'",
        'same_street_handled': "is_handled and squad_id <> 'unassigned' and unit_squad_id = squad_id",
    } -%}
    {%- for name in case_counts() %}
    cast(coalesce({{ conditions[name] }}, false) as integer) as {{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- What of a case had happened by `ends_at`. Over a relation with the columns of fct_platform_case, the marks of its steps and the city's choices. -#}
{% macro case_happened() -%}
    coalesce(filed_at < ends_at, false) as is_filed,
    is_filed and coalesce(cancelled_at < ends_at, false) as is_cancelled,
    is_filed and not is_cancelled as is_live,
    is_live and coalesce(dispatched_at < ends_at, false) as is_dispatched,
    is_live and dispatched_at is not null and coalesce(handled_at < ends_at, false) as is_handled,
    is_handled and coalesce(checked_at < ends_at, false) as is_checked,
    is_live and coalesce(closed_at < ends_at, false) as is_closed,
    -- While a case is suspended its clock stands still: a deadline after the suspension's beginning is not reached.
    coalesce(due_at <= ends_at and (stopped_since_at is null or stopped_since_at > due_at), false) as is_deadline_over,
    is_live and coalesce(rework_count > 0 and coalesce(first_check_failed_at < ends_at, true), false) as is_rework,
    -- No step says when a report was verified on site; that it was filed or refused says that it had been.
    coalesce(filed_at, given_up_at) as judged_at,
    coalesce(judged_at < ends_at, false) as is_judged,
    {{ plus('accepted_at', 'cast(verify_limit_hours as integer)', 'hours') }} as verify_by_at,
    is_public and coalesce(accepted_at < ends_at and (is_judged or verify_by_at <= ends_at), false) as is_verify_due
{%- endmacro %}

{#- What a case counts as, as the names of its counts: one short text that few cases do not share with many others. -#}
{% macro counted_as(cases) -%}
    concat_ws(' ', {% for name in case_counts() %}case when {{ cases }}.{{ name }} = 1 then '{{ name }}' end{{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}

{#- That a case counts as the same in both relations, and in the same place. -#}
{% macro counts_alike(one, other) -%}
    {%- for column in ['counted_as', 'handling_seconds', 'street_code', 'grid_code', 'unit_code'] -%}
        ({{ one }}.{{ column }} is not distinct from {{ other }}.{{ column }}){{ ' and ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
