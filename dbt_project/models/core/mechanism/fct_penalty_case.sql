-- Administrative penalty cases (行政处罚案件), one row each, without the party and the officers.
-- The squad is the one that the record names; where it names none, the owner of the street on the day of filing.
{{ config(materialized='incremental', unique_key='case_no') }}

with cases as (
    select *
    from {{ ref('stg_case_files__penalty_cases') }} as incoming
    {% if is_incremental() %}
        where {{ is_touched('incoming', 'case_no', ['_batch_seq', '_source_row']) }}
    {% endif %}
)

select
    cases.case_no,
    cases.procedure,
    cases.cause,
    cases.case_source,
    cases.party_kind,
    cases.street_code,
    {{ squad_of('cases.filed_on', ['cases.squad_id']) }} as squad_id,
    cases.power_item_code,
    cases.filed_on,
    cases.notified_on,
    cases.hearing_requested_on,
    cases.hearing_notified_on,
    cases.hearing_held_on,
    cases.legal_reviewed_on,
    cases.decided_on,
    cases.decision_no,
    cases.penalty_kinds,
    cases.fine_yuan,
    cases.confiscated_yuan,
    cases.correction,
    cases.is_corrected,
    cases.served_on,
    cases.paid_on,
    cases.paid_yuan,
    cases.surcharge_yuan,
    cases.collect_mode,
    cases.published_on,
    cases.closed_on,
    cases.close_type,
    cases.archived_on,
    {{ provenance('cases') }}
from cases
{{ area_on('cases.filed_on', 'cases.street_code') }}
