-- Hotline tickets, one row each, with the squad of the day; texts and callers stay behind.
{{ config(materialized='incremental', unique_key='ticket_id') }}

with incoming as (
    select
        {{ all_but('ticket', ['street_code']) }},
        coalesce(ticket.street_code, 'unknown') as street_code,
        repeated.ticket_id is not null as is_repeat,
        cast(ticket.accepted_at as date) as owned_on
    from {{ ref('stg_hotline__tickets') }} as ticket
    left join {{ ref('int_hotline_repeats') }} as repeated on ticket.ticket_id = repeated.ticket_id
),

tickets as (
    select *
    from incoming
    {% if is_incremental() %}
        -- A correction of one ticket can make another one a repeat.
        where {{ is_touched('incoming', 'ticket_id', ['_batch_seq', '_source_row', 'is_repeat']) }}
    {% endif %}
)

select
    tickets.ticket_id,
    tickets.hotline,
    tickets.request_type,
    tickets.event_class,
    tickets.street_code,
    {{ squad_of('tickets.owned_on') }} as squad_id,
    tickets.unit_code,
    tickets.accepted_at,
    tickets.is_answered_at_once,
    tickets.responded_at,
    tickets.due_at,
    tickets.replied_at,
    tickets.replied_at is not null or tickets.has_reply as is_replied,
    tickets.closed_at,
    tickets.closed_at is not null or coalesce(tickets.status = 'closed', false) as is_closed,
    coalesce(tickets.status = 'cancelled', false) as is_cancelled,
    tickets.revisited_on,
    tickets.satisfaction,
    tickets.solution,
    tickets.is_repeat,
    tickets.platform_case_no,
    {{ provenance('tickets') }}
from tickets
{{ area_on('tickets.owned_on', 'tickets.street_code') }}
