-- Calls to the hotlines (话务), one row per line and day up to the as-of date. What a switchboard did not count or
-- time is in no denominator: its calls are neither fast nor slow.
select
    calls.report_no,
    calls.counted_on,
    calls.hotline,
    calls.calls_offered,
    calls.calls_answered,
    coalesce(calls.answered_within_15s, 0) as answered_within_15s,
    -- What the city divides by where the field does not agree.
    case
        when calls.answered_within_15s is null then 0
        when city.fast_answer_denominator = 'offered' then calls.calls_offered
        else calls.calls_answered
    end as fast_answer_base,
    coalesce(calls.abandoned, 0) as abandoned,
    case when calls.abandoned is null then 0 else calls.calls_offered end as abandonment_base,
    case when calls.mean_wait_seconds is null then 0 else calls.calls_answered end as timed_waits,
    cast(coalesce(calls.mean_wait_seconds * calls.calls_answered, 0) as decimal(18, 2)) as wait_seconds,
    case when calls.mean_talk_seconds is null then 0 else calls.calls_answered end as timed_talks,
    cast(coalesce(calls.mean_talk_seconds * calls.calls_answered, 0) as decimal(18, 2)) as talk_seconds,
    {{ provenance('calls') }}
from {{ ref('stg_hotline__calls') }} as calls
cross join {{ ref('dim_as_of') }} as today
cross join {{ ref('dim_city') }} as city
where calls.counted_on <= today.as_of_on
