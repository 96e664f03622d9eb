-- The evaluation of areas, departments and posts by reporting period. A period whose freezing date has come shows what
-- was frozen, whatever became known later (see evaluation_restatement); an open one shows how things stand today.
with frozen as (
    select frozen_row.*
    from {{ ref('fct_evaluation_frozen') }} as frozen_row
    -- Rows that were frozen on a later day than this build is for do not exist yet.
    inner join {{ ref('dim_as_of') }} as today on frozen_row.frozen_on <= today.as_of_on
    qualify frozen_row.frozen_on = max(frozen_row.frozen_on) over (partition by frozen_row.period_id)
)

select
    period_id,
    period_kind,
    starts_on,
    ends_on,
    object_type,
    object_id,
    indicator,
    numerator,
    denominator,
    score,
    grade,
    definition,
    true as is_frozen,
    frozen_on
from frozen

union all

select
    current_row.period_id,
    current_row.period_kind,
    current_row.starts_on,
    current_row.ends_on,
    current_row.object_type,
    current_row.object_id,
    current_row.indicator,
    current_row.numerator,
    current_row.denominator,
    current_row.score,
    current_row.grade,
    current_row.definition,
    false as is_frozen,
    cast(null as date) as frozen_on
from {{ ref('fct_evaluation_current') }} as current_row
where
    not exists (
        select 1
        from frozen
        where frozen.period_id = current_row.period_id
    )
