-- What a case's record does not say but its steps do, in the one pass over all steps: when things first happened that
-- the record counts but does not date, whether the platform itself marked a step as over its limit (环节时限), and a mark
-- that changes whenever any of its steps changes.
{{ reads_touched_cases() }}{{ config(materialized='incremental', pre_hook='{{ forget_touched_cases() }}') }}

select
    case_id,
    min(operated_at) filter (where action = 'redispatch') as first_redispatched_at,
    min(operated_at) filter (where action = 'return') as first_returned_at,
    min(operated_at) filter (where action = 'suspend') as first_suspended_at,
    min(operated_at) filter (where action = 'extend') as first_extended_at,
    min(operated_at) filter (where action = 'check_fail') as first_check_failed_at,
    min(operated_at) filter (where action = 'reopen') as first_reopened_at,
    -- Cancelling is also how a report that is not accepted ends.
    max(operated_at) filter (where action = 'cancel') as given_up_at,
    bool_or(is_timeout) filter (where action = 'file') as filing_timeout,
    min_by(is_timeout, (operated_at, step_id)) filter (where is_timeout is not null and action = 'dispatch')
        as dispatch_timeout,
    max_by(is_timeout, (operated_at, step_id)) filter (
        where is_timeout is not null and action in ('check_pass', 'check_fail')
    ) as check_timeout,
    cast({{ mark_of(['step_id', '_batch_seq', '_source_row']) }} as string) as _flow_version
from {{ ref('stg_platform__case_flow') }}
{% if is_incremental() -%}
    {{ only_touched_cases() }}
{%- endif %}
group by case_id
