-- The steps that the platform's cases went through, without the people who took them.
{{ config(materialized='incremental', unique_key='step_id') }}

select
    incoming.step_id,
    incoming.case_id,
    incoming.stage,
    incoming.action,
    incoming.operator_unit_code,
    incoming.received_at,
    incoming.operated_at,
    incoming.is_timeout,
    {{ provenance('incoming') }}
from {{ ref('stg_platform__case_flow') }} as incoming
{% if is_incremental() %}
    where
        {{ is_touched('incoming', 'step_id', ['_batch_seq', '_source_row'], 'incoming._batch_seq > ' ~ seen_seq()) }}
{% endif %}
