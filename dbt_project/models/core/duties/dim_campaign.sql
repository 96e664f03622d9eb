-- Campaigns (专项整治) begun by the as-of date, and whether their effect can be told: the window before lies after the
-- platform's first day, and the window after is over.
with campaigns as (
    select
        *,
        cast({{ days_between('starts_on', 'ends_on') }} + 1 as integer) as window_days
    from {{ ref('stg_duties__campaigns') }}
)

select
    campaigns.campaign_no,
    campaigns.name as name_zh,
    campaigns.topic,
    campaigns.lead_org,
    campaigns.starts_on,
    campaigns.ends_on,
    campaigns.window_days,
    campaigns.season,
    coalesce(
        campaigns.starts_on - campaigns.window_days >= city.went_live_on
        and campaigns.ends_on + campaigns.window_days <= today.as_of_on,
        false
    ) as is_comparable,
    {{ provenance('campaigns') }}
from campaigns
cross join {{ ref('dim_as_of') }} as today
cross join {{ ref('dim_city') }} as city
where campaigns.starts_on <= today.as_of_on
