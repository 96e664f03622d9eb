-- Approved posts (编制): one row for each entry of the register that holds or held.
select
    entry.entry_no,
    entry.org_id,
    entry.staff_type,
    coalesce(entry.approved_posts, 0) as approved_posts,
    coalesce(entry.leader_posts, 0) as leader_posts,
    entry.basis,
    entry.valid_from,
    entry.valid_to,
    entry.valid_to is null or entry.valid_to > today.as_of_on as is_current,
    {{ provenance('entry') }}
from {{ ref('stg_team__establishments') }} as entry
cross join {{ ref('dim_as_of') }} as today
where entry.valid_from <= today.as_of_on
