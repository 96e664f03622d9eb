-- Nothing is lost on the last step either: what the facts hold up to the as-of date is what the marts add up to.
{{ config(meta={'dagster': {'ref': {'name': 'case_closure'}}}) }}

with today as (select * from {{ ref('dim_as_of') }}),

pairs as (
    select
        'case_closure' as mart,
        (select coalesce(sum(filed), 0) from {{ ref('case_closure') }}) as in_mart,
        (
            select count(*)
            from {{ ref('fct_platform_case') }}
            where filed_at < (select ends_at from today)
        ) as in_facts
    union all
    select
        'hotline_service' as mart,
        (select coalesce(sum(received + cancelled), 0) from {{ ref('hotline_service') }}) as in_mart,
        (
            select count(*)
            from {{ ref('fct_hotline_ticket') }}
            where accepted_at < (select ends_at from today)
        ) as in_facts
    union all
    select
        'penalty_procedure' as mart,
        (select coalesce(sum(cases_filed), 0) from {{ ref('penalty_procedure') }}) as in_mart,
        (
            select count(*)
            from {{ ref('fct_penalty_case') }}
            where filed_on <= (select as_of_on from today)
        ) as in_facts
    union all
    select
        'demolition' as mart,
        (select coalesce(sum(demolished_area_m2), 0) from {{ ref('demolition') }}) as in_mart,
        (
            select coalesce(sum(demolished_area_m2), 0)
            from {{ ref('fct_demolition') }}
            where demolished_on <= (select as_of_on from today)
        ) as in_facts
)

select *
from pairs
where in_mart <> in_facts
