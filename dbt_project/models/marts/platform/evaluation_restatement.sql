-- What frozen evaluations would be today: each figure that has changed since, with old, new and cause. The frozen
-- figure stays; this stands beside it. Which cases it is due to: core.fct_evaluation_case_change.
with frozen as (
    select frozen_row.*
    from {{ ref('fct_evaluation_frozen') }} as frozen_row
    inner join {{ ref('dim_as_of') }} as today on frozen_row.frozen_on <= today.as_of_on
    qualify frozen_row.frozen_on = max(frozen_row.frozen_on) over (partition by frozen_row.period_id)
),

freezings as (
    select distinct
        period_id,
        frozen_on
    from frozen
),

compared as (
    select
        freezings.period_id,
        freezings.frozen_on,
        coalesce(now.object_type, was.object_type) as object_type,
        coalesce(now.object_id, was.object_id) as object_id,
        coalesce(now.indicator, was.indicator) as indicator,
        was.numerator as old_numerator,
        was.denominator as old_denominator,
        was.score as old_score,
        now.numerator as new_numerator,
        now.denominator as new_denominator,
        now.score as new_score
    from frozen as was
    full outer join {{ ref('fct_evaluation_current') }} as now
        on
            was.period_id = now.period_id and was.object_type = now.object_type and was.object_id = now.object_id
            and was.indicator = now.indicator
    inner join freezings on coalesce(now.period_id, was.period_id) = freezings.period_id
    where
        was.numerator is distinct from now.numerator or was.denominator is distinct from now.denominator
        or was.score is distinct from now.score
),

-- A case that changed concerns every object that it was or is counted for; posts are the city's.
concerned as (
    select distinct
        changed.period_id,
        changed.case_id,
        changed.cause,
        changed.changed_on,
        kinds.object_type,
        case kinds.object_type
            when 'street' then if(kinds.is_old, changed.old_street_code, changed.street_code)
            when 'grid' then if(kinds.is_old, changed.old_grid_code, changed.grid_code)
            when 'department' then if(kinds.is_old, changed.old_unit_code, changed.unit_code)
            else ''
        end as object_id
    from {{ ref('fct_evaluation_case_change') }} as changed
    cross join (
        values
        ('city', false), ('post', false), ('street', true), ('street', false), ('grid', true), ('grid', false),
        ('department', true), ('department', false)
    ) as kinds (object_type, is_old)
),

causes as (
    select
        period_id,
        object_type,
        object_id,
        count(*) filter (where cause = 'appeal') as cases_appealed,
        count(*) filter (where cause = 'late_record') as cases_late,
        count(*) filter (where cause = 'correction') as cases_corrected,
        -- The cause that most of the changed cases have.
        mode() within group (order by cause) as cause,
        max(changed_on) as changed_on
    from concerned
    where object_id is not null
    group by period_id, object_type, object_id
)

select
    compared.period_id,
    compared.object_type,
    compared.object_id,
    compared.indicator,
    compared.old_numerator,
    compared.old_denominator,
    compared.old_score,
    compared.new_numerator,
    compared.new_denominator,
    compared.new_score,
    -- No case changed and yet the figure did: it is counted otherwise.
    coalesce(causes.cause, 'definition') as cause,
    coalesce(causes.cases_appealed, 0) as cases_appealed,
    coalesce(causes.cases_late, 0) as cases_late,
    coalesce(causes.cases_corrected, 0) as cases_corrected,
    compared.frozen_on,
    coalesce(causes.changed_on, today.as_of_on) as changed_on
from compared
cross join {{ ref('dim_as_of') }} as today
left join causes
    on
        compared.period_id = causes.period_id
        and compared.object_type = causes.object_type
        and causes.object_id in ('', compared.object_id)
