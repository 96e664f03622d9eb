-- A case with two officers is one case.
{{ config(meta={'dagster': {'ref': {'name': 'bridge_penalty_case_officer'}}}) }}

select
    case_no,
    sum(weight) as weight
from {{ ref('bridge_penalty_case_officer') }}
group by case_no
having sum(weight) <> 1
