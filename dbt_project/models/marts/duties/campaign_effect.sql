-- Campaigns and the platform's cases of the classes that they are about, in three equal windows. That there are fewer
-- afterwards does not say that the campaign did it.
select
    campaign.campaign_no,
    campaign.name_zh,
    campaign.topic,
    cast(date_trunc('month', campaign.starts_on) as date) as month,
    campaign.starts_on,
    campaign.ends_on,
    campaign.window_days,
    campaign.is_comparable,
    count(*) filter (where near.stage = 'before') as cases_before,
    count(*) filter (where near.stage = 'during') as cases_during,
    count(*) filter (where near.stage = 'after') as cases_after
from {{ ref('dim_campaign') }} as campaign
left join {{ ref('fct_campaign_case') }} as near on campaign.campaign_no = near.campaign_no
group by all
