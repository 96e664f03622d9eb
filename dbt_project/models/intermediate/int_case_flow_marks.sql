-- What a case's record does not say but its steps do, and a mark that changes whenever any of its steps changes.
select
    case_id,
    max(operated_at) filter (where action = 'cancel') as cancelled_at,
    cast({{ mark_of(['step_id', '_batch_seq', '_source_row']) }} as string) as _flow_version
from {{ ref('stg_platform__case_flow') }}
{{ only_touched_cases() }}
group by case_id
