-- Police video clues by month of sighting, and how many became cases of the platform.
select
    cast(date_trunc('month', seen_at) as date) as month,
    squad_id,
    event_class,
    count(*) as clues,
    count(*) filter (where is_case) as became_case,
    count(*) filter (where is_forwarded) as forwarded,
    cast(coalesce(sum(forwarding_hours), 0) as decimal(18, 4)) as forwarding_hours_sum
from {{ ref('fct_video_clue') }}
group by all
