-- How many people a penalty case names as its officers, and how many of them were auxiliaries (协管员) on the day of
-- filing. A name that an established officer also bears is not held against anybody.
with named as (
    select
        case_no,
        filed_on,
        {{ each(different(list_of(['officer_1_hash', 'officer_2_hash']))) }} as name_hash
    from {{ ref('stg_case_files__penalty_cases') }}
),

known as (
    select
        named.case_no,
        named.name_hash,
        coalesce(bool_and(staff.staff_type = 'auxiliary'), false) as is_auxiliary
    from named
    left join {{ ref('int_staff_names') }} as staff
        on
            named.name_hash = staff.name_hash
            and named.filed_on >= staff.joined_on
            and (staff.left_on is null or named.filed_on < staff.left_on)
    where named.name_hash is not null
    group by all
)

select
    penalty.case_no,
    count(known.name_hash) as officers,
    count(*) filter (where known.is_auxiliary) as auxiliaries
from {{ ref('stg_case_files__penalty_cases') }} as penalty
left join known on penalty.case_no = known.case_no
group by all
