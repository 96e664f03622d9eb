-- Cases of the platform around each campaign: of the classes that it is about, filed during it or within as many days
-- before or after. A case stands here once for each campaign that it is near to: totals are told campaign by campaign.
with near as (
    select
        campaign.campaign_no,
        campaign.starts_on,
        campaign.is_comparable,
        cases.case_id,
        cases.event_class,
        cases.street_code,
        cases.squad_id,
        cast(cases.filed_at as date) as filed_on,
        campaign.starts_on - campaign.window_days as first_on,
        campaign.ends_on,
        campaign.ends_on + campaign.window_days as last_on,
        {{ provenance('cases') }}
    from {{ ref('dim_campaign') }} as campaign
    inner join {{ ref('bridge_campaign_class') }} as concerned on campaign.campaign_no = concerned.campaign_no
    inner join {{ ref('fct_platform_case') }} as cases on concerned.event_class = cases.event_class
    cross join {{ ref('dim_as_of') }} as today
    where cases.filed_at < today.ends_at and (cases.cancelled_at is null or cases.cancelled_at >= today.ends_at)
)

select
    campaign_no || '/' || case_id as campaign_case_id,
    campaign_no,
    starts_on,
    is_comparable,
    case_id,
    event_class,
    street_code,
    squad_id,
    filed_on,
    case
        when filed_on < starts_on then 'before'
        when filed_on <= ends_on then 'during'
        else 'after'
    end as stage,
    {{ provenance() }}
from near
where filed_on between first_on and last_on
