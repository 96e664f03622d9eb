-- Which officers handled a penalty case, by keyed hash, with weights that add up to 1 for each case: a case with
-- two officers is one case. A case without an officer has one row for 'unknown'. Not served: a hash that links a
-- person's cases is not for readers.
with officers as (
    select
        case_no,
        {{ each(different(list_of(['officer_1_hash', 'officer_2_hash']))) }} as officer_hash
    from {{ ref('stg_case_files__penalty_cases') }}
),

cases as (
    select
        penalty.case_no,
        coalesce(officers.officer_hash, 'unknown') as officer_hash
    from {{ ref('stg_case_files__penalty_cases') }} as penalty
    left join officers on penalty.case_no = officers.case_no
)

select
    case_no,
    officer_hash,
    cast(1.0 / count(*) over (partition by case_no) as decimal(9, 8)) as weight
from cases
