-- How batches as wholes were judged, by night, feed, measure and severity.
select
    judged_for_on as date,
    feed,
    measure,
    severity,
    count(distinct batch_id) as batches_judged,
    count(distinct batch_id) filter (where not has_passed) as batches_failed
from {{ ref('fct_batch_verdict') }}
group by judged_for_on, feed, measure, severity
