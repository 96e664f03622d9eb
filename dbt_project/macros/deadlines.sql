{#-
    The deadline of a limit, one macro for each of the four kinds. Each is the body of a CTE over `limits` (case_id, started_at,
    limit_value, limit_unit) and gives (case_id, base_due_at) for the rows of its kind.

    What is not known gives no deadline rather than a wrong one: a start before the calendar or an end after it.
-#}

{#- 紧急工作时: runs day and night, holidays included. -#}
{% macro deadline_urgent_hours(limits) -%}
    select
        case_id,
        {{ plus('started_at', 'cast(round(limit_value * 3600) as bigint)', 'seconds') }} as base_due_at
    from {{ limits }}
    where limit_unit = 'urgent_hours'
{%- endmacro %}

{#- 自然日: n times 24 hours, without regard to anything. -#}
{% macro deadline_calendar_days(limits) -%}
    select
        case_id,
        {{ plus('started_at', 'cast(round(limit_value * 86400) as bigint)', 'seconds') }} as base_due_at
    from {{ limits }}
    where limit_unit = 'calendar_days'
{%- endmacro %}

{#-
    工作时: only office hours count. The start's place on the line of all office seconds, plus the limit, is the deadline's place; a
    deadline that falls on a closing time stays there and does not move to the next opening.
-#}
{% macro deadline_work_hours(limits, work_intervals) -%}
    select
        placed.case_id,
        {{ plus('finish.start_at', 'placed.target - finish.seconds_before', 'seconds') }} as base_due_at
    from (
        select
            {{ limits }}.case_id,
            beginning.seconds_before
            + {{ seconds_between('beginning.start_at', 'least(' ~ limits ~ '.started_at, beginning.end_at)') }}
            + cast(round({{ limits }}.limit_value * 3600) as bigint) as target
        from {{ limits }}
        {{ asof_join(work_intervals, 'beginning', limits ~ '.started_at', 'start_at', kind='inner') }}
        where {{ limits }}.limit_unit = 'work_hours'
    ) as placed
    {{ asof_join(work_intervals, 'finish', 'placed.target', 'seconds_before', kind='inner', strictly=true) }}
    where placed.target <= finish.seconds_before + finish.seconds
{%- endmacro %}

{#-
    工作日: the same time of day on the n-th workday after the start. A start on a day off counts from the opening of the next
    workday. A part of a day counts as a whole one.
-#}
{% macro deadline_work_days(limits, workdays) -%}
    select
        {{ limits }}.case_id,
        cast(finish.day as timestamp) + case
            when beginning.is_workday then {{ limits }}.started_at - cast(cast({{ limits }}.started_at as date) as timestamp)
            else beginning.opens_at - cast(cast(beginning.opens_at as date) as timestamp)
        end as base_due_at
    from {{ limits }}
    inner join {{ workdays }} as beginning on cast({{ limits }}.started_at as date) = beginning.day
    inner join {{ workdays }} as finish
        on finish.is_workday and beginning.workday_no + cast(ceil({{ limits }}.limit_value) as bigint) = finish.workday_no
    where {{ limits }}.limit_unit = 'work_days'
{%- endmacro %}
