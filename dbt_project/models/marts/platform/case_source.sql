-- From where problems reach the platform, by month of reporting, and what becomes of the reports.
{{ config(materialized='incremental', pre_hook='{{ forget_recounted_months() }}') }}

select
    cast(date_trunc('month', reported_on) as date) as month,
    squad_id,
    channel,
    cast(sum(reported) as bigint) as reported,
    cast(sum(collector_reported) as bigint) as collector_reported,
    cast(sum(valid_reported) as bigint) as valid_reported,
    cast(sum(public_reported) as bigint) as public_reported,
    cast(sum(public_verified) as bigint) as public_verified,
    cast(sum(verify_due) as bigint) as verify_due,
    cast(sum(verified_on_time) as bigint) as verified_on_time,
    cast(sum(accepted) as bigint) as accepted,
    cast(sum(refused) as bigint) as refused,
    cast(sum(filed) as bigint) as filed,
    cast(sum(cancelled) as bigint) as cancelled,
    cast(sum(not_closed) as bigint) as not_closed,
    cast(sum(filing_base) as bigint) as filing_base
from {{ ref('fct_case_standing') }}
{{ only_recounted_months('where', 'reported_on') }}
group by all
