-- Tables that turn a number into a score or a grade: from `low` up to, not including, `high`.
select
    scale,
    low,
    high,
    score,
    grade,
    valid_from,
    valid_to,
    source
from {{ source('reference', 'evaluation_bands') }}
