-- Hotline tickets as they are held on the as-of date.
-- What nobody needs further on stays behind: texts, masks, and the hashes of people who are not linked.
with source as (
    select *
    from {{ source('raw', 'hotline_tickets') }}
    where {{ is_held_on(as_of()) }}
),

renamed as (
    select
        ticket_id,
        hotline,
        request_type,
        {{ event_class('code_scheme', 'class_code') }} as event_class,
        code_scheme,
        class_code,
        caller_name_hash,
        caller_phone_hash,
        street_code,
        unit_code,
        accepted_at,
        is_answered_at_once,
        responded_at,
        due_at,
        replied_at,
        coalesce(trim(reply), '') <> '' as has_reply,
        closed_at,
        status,
        revisited_on,
        satisfaction,
        solution,
        platform_case_no,
        {{ provenance() }}
    from source
)

select *
from renamed
