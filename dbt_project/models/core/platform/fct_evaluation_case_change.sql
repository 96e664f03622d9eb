-- Cases whose counting in a frozen period is another today than when it was frozen, and why: an appeal was upheld, the
-- record came late, it was corrected, or the city counts otherwise. Restatements lead here, and from here to records.
-- The cases of a frozen figure are those of fct_evaluation_case that are not here, and these as they were.
{{ config(materialized='incremental', pre_hook='{{ doubt_changes() }}', post_hook='{{ forget_doubted_changes() }}') }}

with held as (
    select
        kept.period_id,
        max(kept.frozen_on) as frozen_on
    from {{ ref('fct_evaluation_frozen_case') }} as kept
    inner join {{ ref('dim_as_of') }} as today on kept.frozen_on <= today.as_of_on
    group by kept.period_id
),

freezings as (
    select
        frozen_row.period_id,
        max(frozen_row.frozen_on) as frozen_on,
        max_by(frozen_row.scheme, frozen_row.frozen_on) as scheme
    from {{ ref('fct_evaluation_frozen') }} as frozen_row
    inner join {{ ref('dim_as_of') }} as today on frozen_row.frozen_on <= today.as_of_on
    group by frozen_row.period_id
),

frozen_looked_at as {{ made_first() }} (
    select *
    from {{ ref('fct_evaluation_frozen_case') }}
    {{ only_changeable_cases('where', 'case_id', this) }}
),

looked_at as {{ made_first() }} (
    select *
    from {{ ref('fct_evaluation_case') }}
    {{ only_changeable_cases('where', 'case_id', this) }}
),

frozen as (
    select kept.*
    from frozen_looked_at as kept
    inner join held on kept.period_id = held.period_id and kept.frozen_on = held.frozen_on
    inner join freezings on kept.period_id = freezings.period_id
),

current_cases as (
    select
        cases.*,
        {{ counted_as('cases') }} as counted_as
    from looked_at as cases
    inner join freezings on cases.period_id = freezings.period_id
),

compared as (
    select
        coalesce(now.period_id, was.period_id) as period_id,
        coalesce(now.case_id, was.case_id) as case_id,
        was.street_code as old_street_code,
        now.street_code,
        was.grid_code as old_grid_code,
        now.grid_code,
        was.unit_code as old_unit_code,
        now.unit_code,
        case when not was.was_excluded then was.counted_as end as old_counted_as,
        case when not was.was_excluded then was.handling_seconds end as old_handling_seconds,
        was._batch_seq as old_batch_seq,
        was._source_sheet as old_source_sheet,
        was._source_row as old_source_row,
        now.excluded_on,
        case
            when was.case_id is null and not now.is_excluded then 'late_record'
            when was.case_id is null then null
            when was.was_excluded and coalesce(now.is_excluded, true) then null
            when coalesce(now.is_excluded <> was.was_excluded, false) then 'appeal'
            when {{ counts_alike('now', 'was') }} then null
            when now._batch_seq = was._batch_seq and now._source_row = was._source_row then 'recount'
            else 'correction'
        end as cause,
        coalesce(now._batch_id, was._batch_id) as _batch_id,
        coalesce(now._batch_seq, was._batch_seq) as _batch_seq,
        coalesce(now._source_sheet, was._source_sheet) as _source_sheet,
        coalesce(now._source_row, was._source_row) as _source_row
    from frozen as was
    full outer join current_cases as now on was.period_id = now.period_id and was.case_id = now.case_id
)

select
    compared.period_id,
    compared.case_id,
    compared.old_street_code,
    compared.street_code,
    compared.old_grid_code,
    compared.grid_code,
    compared.old_unit_code,
    compared.unit_code,
    compared.old_counted_as,
    compared.old_handling_seconds,
    compared.old_batch_seq,
    compared.old_source_sheet,
    compared.old_source_row,
    compared._batch_id,
    compared._batch_seq,
    compared._source_sheet,
    compared._source_row,
    -- The same version of the record counts otherwise: the city has changed a definition, or a step came late.
    case
        when compared.cause <> 'recount' then compared.cause
        when scheme.scheme <> freezings.scheme then 'definition'
        else 'correction'
    end as cause,
    case
        when compared.cause = 'appeal' and compared.excluded_on is not null then compared.excluded_on
        when batch.loaded_for_on > freezings.frozen_on then batch.loaded_for_on
        else today.as_of_on
    end as changed_on
from compared
inner join freezings on compared.period_id = freezings.period_id
cross join {{ ref('dim_evaluation_scheme') }} as scheme
cross join {{ ref('dim_as_of') }} as today
left join {{ ref('fct_batch') }} as batch on compared._batch_seq = batch.batch_seq
where compared.cause is not null
