-- The evaluation of every period that has begun as it comes out today: appeals that were decided after the freezing
-- count. For open periods it is what is shown, for frozen ones what the frozen figures are held against.
with evaluated as (
    select period.*
    from {{ ref('dim_period') }} as period
    cross join {{ ref('dim_as_of') }} as today
    where period.starts_on <= today.as_of_on
),

{{ evaluation('is_excluded') }},

{{ evaluation_grades() }}

select *
from graded
