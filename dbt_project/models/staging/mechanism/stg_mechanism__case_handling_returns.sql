-- Returns of cases handled as they are held on the as-of date.
with source as (
    select *
    from {{ source('raw', 'case_handling_returns') }}
    where {{ is_held_on(as_of()) }}
),

renamed as (
    select
        return_no,
        period,
        org_id,
        cases_handled,
        cases_closed,
        reported_on,
        {{ provenance() }}
    from source
)

select *
from renamed
