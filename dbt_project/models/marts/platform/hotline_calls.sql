-- How the hotlines answer their calls, by month: sums of the daily reports in fct_hotline_calls.
select
    cast(date_trunc('month', counted_on) as date) as month,
    hotline,
    cast(sum(calls_offered) as bigint) as calls_offered,
    cast(sum(calls_answered) as bigint) as calls_answered,
    cast(sum(answered_within_15s) as bigint) as answered_within_15s,
    cast(sum(fast_answer_base) as bigint) as fast_answer_base,
    cast(sum(abandoned) as bigint) as abandoned,
    cast(sum(abandonment_base) as bigint) as abandonment_base,
    cast(sum(timed_waits) as bigint) as timed_waits,
    cast(sum(wait_seconds) as decimal(18, 2)) as wait_seconds_sum,
    cast(sum(timed_talks) as bigint) as timed_talks,
    cast(sum(talk_seconds) as decimal(18, 2)) as talk_seconds_sum
from {{ ref('fct_hotline_calls') }}
group by all
