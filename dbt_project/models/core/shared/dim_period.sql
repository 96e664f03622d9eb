-- Reporting periods as the city has them: months, quarters and years, which may end on any day of the month.
select
    period_id,
    kind as period_kind,
    starts_on,
    ends_on,
    freezes_on,
    case kind when 'month' then 1 when 'quarter' then 3 else 12 end as months
from {{ source('reference', 'reporting_periods') }}
