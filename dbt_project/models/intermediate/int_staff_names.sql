-- The link from a name's hash to who the person was on the roll, and when. Not served: others join officers of cases
-- and attendants of trainings to it, on the day that counts.
select
    staff_no,
    staff_name_hash as name_hash,
    staff_type,
    org_id,
    squad_id,
    joined_on,
    left_on
from {{ ref('stg_team__staff') }}
