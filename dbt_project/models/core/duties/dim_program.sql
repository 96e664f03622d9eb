-- Programmes that money was spent on or equipment came from, by the name that the registers give them.
with named as (
    select
        program_id,
        program_name,
        paid_on as named_on
    from {{ ref('stg_registers__investments') }}
    union all
    select
        program_id,
        program_name,
        bought_on as named_on
    from {{ ref('stg_registers__assets') }}
    where program_id is not null
)

select
    named.program_id,
    max_by(named.program_name, (named.named_on, named.program_name)) filter (
        where named.program_name is not null
    ) as name_zh
from named
cross join {{ ref('dim_as_of') }} as today
where named.named_on <= today.as_of_on
group by named.program_id
