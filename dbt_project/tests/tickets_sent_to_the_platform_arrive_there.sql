-- Hotline and platform never meet but here: a ticket that was sent to the platform has a case there. A few are on their
-- way; more than one in a hundred means that the numbers of the two systems no longer fit.
{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'fct_hotline_ticket'}}}) }}

-- The few that are asked for among all cases, and not all cases for each ticket.
with arrived as (
    select case_no
    from {{ ref('fct_platform_case') }}
    where case_no in (select platform_case_no from {{ ref('fct_hotline_ticket') }} where platform_case_no is not null)
),

sent as (
    select
        ticket.ticket_id,
        ticket.platform_case_no,
        ticket.accepted_at,
        ticket.platform_case_no in (select case_no from arrived) as has_arrived
    from {{ ref('fct_hotline_ticket') }} as ticket
    where
        ticket.platform_case_no is not null
        -- Nothing can arrive in a city without a platform.
        and exists (select 1 from {{ ref('fct_platform_case') }})
)

select
    ticket_id,
    platform_case_no,
    accepted_at
from sent
where
    not has_arrived
    and (select count(*) filter (where not has_arrived) * 100 > count(*) from sent)
