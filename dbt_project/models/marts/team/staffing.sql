-- Posts and the people in them, at the end of each month, by organisation and kind of staff.
with ends as (
    select distinct
        as_of,
        month
    from {{ ref('fct_staff_month') }}
),

counted as (
    select
        as_of,
        month,
        org_id,
        staff_type,
        0 as posts,
        0 as leader_posts,
        1 as headcount,
        cast(is_frontline as integer) as frontline_headcount
    from {{ ref('fct_staff_month') }}
    union all
    select
        ends.as_of,
        ends.month,
        post.org_id,
        post.staff_type,
        post.approved_posts as posts,
        post.leader_posts,
        0 as headcount,
        0 as frontline_headcount
    from ends
    inner join {{ ref('fct_establishment') }} as post
        on ends.as_of >= post.valid_from and (post.valid_to is null or ends.as_of < post.valid_to)
)

select
    as_of,
    month,
    org_id,
    staff_type,
    cast(sum(posts) as bigint) as posts,
    cast(sum(leader_posts) as bigint) as leader_posts,
    cast(sum(headcount) as bigint) as headcount,
    cast(sum(frontline_headcount) as bigint) as frontline_headcount
from counted
group by all
