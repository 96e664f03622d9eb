-- Every reason for which a row was refused, with what has become of the row by the as-of date: a row with two reasons
-- stands here twice.
with listed as (
    select
        row_id,
        {{ each('reasons') }} as reason
    from {{ source('ops', 'quarantine_rows') }}
),

reasons as (
    select
        row_id,
        reason['rule'] as rule,
        coalesce(reason['column'], '') as field
    from listed
)

select
    held.row_id,
    held.feed,
    held.loaded_for_on,
    reasons.rule,
    reasons.field,
    held.status,
    {{ provenance('held') }}
from {{ ref('fct_quarantine_row') }} as held
inner join reasons on held.row_id = reasons.row_id
