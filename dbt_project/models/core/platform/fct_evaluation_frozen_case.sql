-- Which cases a frozen evaluation was made of and what each counted as, so that a frozen figure can be followed to its
-- cases and a restatement to those that changed. Added to like fct_evaluation_frozen, and never changed.
{{ config(
    materialized='incremental',
    full_refresh=false,
    on_schema_change='append_new_columns',
    pre_hook='{{ note_first_freezing() }}'
) }}

with freezings as (
    select
        frozen.period_id,
        max(frozen.frozen_on) as frozen_on
    from {{ ref('fct_evaluation_frozen') }} as frozen
    inner join {{ ref('dim_as_of') }} as today on frozen.frozen_on <= today.as_of_on
    -- A period that was frozen without cases has none to keep, whatever comes later.
    where frozen.object_type = 'city' and frozen.indicator = 'reported' and frozen.numerator > 0
    group by frozen.period_id
)

select
    cases.period_id,
    freezings.frozen_on,
    cases.case_id,
    cases.street_code,
    cases.grid_code,
    cases.unit_code,
    cases.is_excluded_at_freezing as was_excluded,
    {{ counted_as('cases') }} as counted_as,
    cases.handling_seconds,
    {{ provenance('cases') }}
from {{ ref('fct_evaluation_case') }} as cases
inner join freezings on cases.period_id = freezings.period_id
{% if is_incremental() %}
    where
        not exists (
            select 1
            from {{ this }} as kept
            where kept.period_id = freezings.period_id and kept.frozen_on = freezings.frozen_on
        )
{% endif %}
