-- What was found of each batch as a whole, up to the as-of date: one row a measure and severity.
select
    verdicts.batch_id,
    verdicts.feed,
    verdicts.source,
    verdicts.judged_for_on,
    verdicts.measure,
    verdicts.severity,
    verdicts.has_passed,
    verdicts.observed,
    verdicts.low,
    verdicts.high,
    verdicts.usual,
    verdicts.batches as batches_before,
    verdicts.message_zh,
    verdicts.message_en
from {{ source('ops', 'batch_verdicts') }} as verdicts
inner join {{ ref('dim_as_of') }} as today on verdicts.judged_for_on <= today.as_of_on
