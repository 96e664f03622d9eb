-- Whether a ticket repeats an earlier one: same caller, same class, same street, within the city's window of days.
-- The caller is known by a hash only, which ends here. Without a caller or a class nothing can be said: not a repeat.
with tickets as (
    select
        ticket_id,
        accepted_at,
        lag(accepted_at) over (
            partition by coalesce(caller_phone_hash, caller_name_hash), event_class, street_code
            order by accepted_at, ticket_id
        ) as accepted_before_at
    from {{ ref('stg_hotline__tickets') }}
    where
        coalesce(caller_phone_hash, caller_name_hash) is not null
        and event_class <> 'unknown'
        and status is distinct from 'cancelled'
)

select tickets.ticket_id
from tickets
cross join {{ source('reference', 'city') }} as city
where
    tickets.accepted_at
    <= {{ plus('tickets.accepted_before_at', 'cast(city.repeat_window_days as integer)', 'days') }}
