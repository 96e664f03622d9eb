-- Police video clues (公安视频线索), one row each, with the squad of the day and the case of the platform that it became.
with cases as (
    select
        case_no,
        min(case_id) as case_id,
        min(reported_at) as reported_at
    from {{ ref('fct_platform_case') }}
    where case_no in (select platform_case_no from {{ ref('stg_clues__video_clues') }})
    group by case_no
)

select
    clues.clue_no,
    clues.seen_at,
    clues.forwarded_at,
    clues.camera_no,
    clues.event_class,
    clues.street_code,
    clues.grid_code,
    {{ squad_of('clues.seen_at') }} as squad_id,
    clues.outcome,
    clues.platform_case_no,
    case when cases.reported_at < today.ends_at then cases.case_id end as case_id,
    coalesce(cases.reported_at < today.ends_at, false) as is_case,
    coalesce(clues.forwarded_at < today.ends_at, false) as is_forwarded,
    cast(
        case
            when clues.forwarded_at < today.ends_at then {{ seconds_between('clues.seen_at', 'clues.forwarded_at') }}
        end
        / 3600 as decimal(18, 4)
    ) as forwarding_hours,
    {{ provenance('clues') }}
from {{ ref('stg_clues__video_clues') }} as clues
cross join {{ ref('dim_as_of') }} as today
left join cases on clues.platform_case_no = cases.case_no
{{ area_on('clues.seen_at', 'clues.street_code') }}
where clues.seen_at < today.ends_at
