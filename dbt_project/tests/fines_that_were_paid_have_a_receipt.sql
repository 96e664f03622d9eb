-- 罚缴分离: the bank's receipts and the case files tell the same payments. One side alone for more than one in a hundred
-- decisions means that a month of receipts is missing, or that the numbers of decisions no longer fit.
{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'fct_fine_receipt'}}}) }}

with paid as (
    select
        coalesce(files.decision_no, receipts.decision_no) as decision_no,
        files.decision_no is not null as is_in_case_files,
        receipts.decision_no is not null as has_receipt
    from (
        select distinct decision_no
        from {{ ref('fct_penalty_case') }}
        where decision_no is not null and paid_on is not null and fine_yuan > 0
    ) as files
    full join (
        select distinct decision_no
        from {{ ref('fct_fine_receipt') }}
        where decision_no is not null
    ) as receipts on files.decision_no = receipts.decision_no
)

select
    decision_no,
    is_in_case_files,
    has_receipt
from paid
where
    is_in_case_files <> has_receipt
    -- A city that brings only one of the two has nothing to compare.
    and exists (select 1 from paid where is_in_case_files)
    and exists (select 1 from paid where has_receipt)
    and (select count(*) filter (where is_in_case_files <> has_receipt) * 100 > count(*) from paid)
