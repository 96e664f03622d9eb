-- The evaluation of each period as it was when it was frozen: on the first night on or after its freezing date. Rows
-- are added and never changed, not even by a full refresh; so this table can not be made anew from the records.
--
-- Re-running an earlier day: rows frozen on later days do not count there, and a period whose freezing date had come
-- by that day is frozen once more, for that day and what follows up to the next freezing. What was shown stays.
{{ config(materialized='incremental', full_refresh=false, on_schema_change='append_new_columns') }}

with evaluated as (
    select period.*
    from {{ ref('dim_period') }} as period
    cross join {{ ref('dim_as_of') }} as today
    where
        period.freezes_on <= today.as_of_on
        {% if is_incremental() %}
            and not exists (
                select 1
                from {{ this }} as frozen
                where frozen.period_id = period.period_id and frozen.frozen_on <= today.as_of_on
            )
        {% endif %}
),

{{ evaluation('is_excluded_at_freezing') }},

{{ evaluation_grades() }}

select
    graded.*,
    today.as_of_on as frozen_on,
    scheme.scheme
from graded
cross join {{ ref('dim_as_of') }} as today
cross join {{ ref('dim_evaluation_scheme') }} as scheme
