-- What the composite scores are made of: each post's, area's and department's indicators with their weights, and the
-- volume table where a count is scored by one. Served so that a composite score can be recomputed.
select
    object_type,
    coalesce(object_id, '') as object_id,
    indicator,
    weight,
    scale,
    valid_from,
    valid_to,
    source
from {{ source('reference', 'evaluation_weights') }}
