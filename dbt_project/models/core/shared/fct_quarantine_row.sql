-- Every refused row and what has become of it by the as-of date. Replaced: mended by a steward, or a later batch
-- brought the same record in order; dismissed: set aside by a steward; open: neither.
with listed as (
    select
        row_id,
        {{ each('acts') }} as act
    from {{ source('ops', 'quarantine_rows') }}
),

acts as (
    select
        row_id,
        act['action'] as action,
        act['action_seq'] as action_seq,
        act['acted_for_on'] as acted_for_on,
        act['by_batch_seq'] as by_batch_seq
    from listed
),

decided as (
    select
        acts.row_id,
        min(acts.by_batch_seq) filter (where acts.action = 'replaced') as mended_by_seq,
        max_by(acts.action, acts.action_seq) filter (where acts.action <> 'replaced') as decision
    from acts
    inner join {{ ref('dim_as_of') }} as today on acts.acted_for_on <= today.as_of_on
    group by acts.row_id
),

judged as (
    select
        held.row_id,
        held.feed,
        held.loaded_for_on,
        decided.mended_by_seq,
        coalesce(decided.decision = 'dismissed', false) as is_set_aside,
        case when held.later_for_on <= today.as_of_on then held.later_batch_seq end as corrected_by_seq,
        held.batch_id as _batch_id,
        held.batch_seq as _batch_seq,
        held.source_sheet as _source_sheet,
        held.source_row as _source_row
    from {{ source('ops', 'quarantine_rows') }} as held
    inner join {{ ref('dim_as_of') }} as today on held.loaded_for_on <= today.as_of_on
    left join decided on held.row_id = decided.row_id
)

select
    row_id,
    feed,
    loaded_for_on,
    case
        when mended_by_seq is not null then 'replaced'
        when is_set_aside then 'dismissed'
        when corrected_by_seq is not null then 'replaced'
        else 'open'
    end as status,
    case when mended_by_seq is not null or not is_set_aside then coalesce(mended_by_seq, corrected_by_seq) end
        as replaced_by_seq,
    mended_by_seq is not null as is_mended,
    {{ provenance() }}
from judged
