-- Stand-in without rows until the roll of staff is a feed: its columns are those of the model that takes its place.
select
    cast(null as varchar) as staff_no,
    cast(null as varchar) as name_hash,
    cast(null as varchar) as staff_type,
    cast(null as varchar) as org_id,
    cast(null as varchar) as squad_id,
    cast(null as date) as joined_on,
    cast(null as date) as left_on
from {{ ref('stg_case_files__penalty_cases') }}
where false
