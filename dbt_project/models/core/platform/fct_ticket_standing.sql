-- How each hotline ticket stands at the end of the as-of day, as flags of 1 and 0. Cancelled tickets count nowhere but
-- in `cancelled`; what a source does not say of a ticket (直接答复, 首次联系, 是否解决) is in no denominator.
with tickets as (
    select
        ticket.*,
        -- A reply or closing without a time counts from the night on which the record says so.
        not ticket.is_cancelled as is_live,
        is_live and ticket.is_replied and coalesce(ticket.replied_at < today.ends_at, true) as is_replied_by_now,
        is_live and ticket.is_closed and coalesce(ticket.closed_at < today.ends_at, true) as is_closed_by_now,
        is_live and ticket.due_at is not null and (is_closed_by_now or ticket.due_at <= today.ends_at) as is_due,
        is_live and ticket.satisfaction in ('satisfied', 'fairly', 'unsatisfied')
        and coalesce(ticket.revisited_on <= today.as_of_on, true) as is_surveyed,
        is_live and ticket.is_answered_at_once is not null as is_answer_stated,
        {{ plus('ticket.accepted_at', 'city.response_limit_hours', 'hours') }} as respond_by_at,
        is_live and not ticket.is_answered_at_once
        and (ticket.responded_at < today.ends_at or respond_by_at <= today.ends_at) as is_response_due,
        is_live and ticket.solution is not null
        and coalesce(ticket.revisited_on <= today.as_of_on, true) as is_solution_surveyed,
        ticket.satisfaction = 'satisfied'
        or (city.satisfied_includes_fairly and ticket.satisfaction = 'fairly') as is_satisfied,
        case
            when is_live and ticket.replied_at < today.ends_at
                then {{ seconds_between('ticket.accepted_at', 'ticket.replied_at') }}
        end as reply_seconds
    from {{ ref('fct_hotline_ticket') }} as ticket
    cross join {{ ref('dim_as_of') }} as today
    cross join {{ ref('dim_city') }} as city
    where ticket.accepted_at < today.ends_at
)

select
    ticket_id,
    cast(accepted_at as date) as accepted_on,
    cast(date_trunc('month', accepted_at) as date) as month,
    hotline,
    request_type,
    event_class,
    street_code,
    squad_id,
    unit_code,
    cast(is_live as integer) as received,
    cast(is_cancelled as integer) as cancelled,
    cast(is_replied_by_now as integer) as replied,
    cast(coalesce(is_due, false) as integer) as due,
    cast(is_closed_by_now as integer) as closed,
    cast(coalesce(is_closed_by_now and closed_at <= due_at, false) as integer) as closed_on_time,
    cast(is_closed_by_now and is_replied_by_now as integer) as closed_and_replied,
    cast(coalesce(is_surveyed, false) as integer) as surveyed,
    cast(coalesce(is_surveyed and is_satisfied, false) as integer) as satisfied,
    cast(is_live and is_repeat as integer) as repeated,
    cast(is_live and platform_case_no is not null as integer) as sent_to_platform,
    cast(reply_seconds is not null as integer) as replied_with_time,
    cast(coalesce(reply_seconds <= 15 * 86400, false) as integer) as replied_within_15_days,
    cast(coalesce(reply_seconds <= 30 * 86400, false) as integer) as replied_within_30_days,
    reply_seconds,
    cast(is_answer_stated as integer) as answer_stated,
    cast(is_answer_stated and is_answered_at_once as integer) as answered_at_once,
    cast(coalesce(is_response_due, false) as integer) as response_due,
    cast(coalesce(is_response_due and responded_at <= respond_by_at, false) as integer) as responded_on_time,
    cast(is_solution_surveyed as integer) as solution_surveyed,
    cast(is_solution_surveyed and solution = 'solved' as integer) as solved,
    {{ provenance() }}
from tickets
