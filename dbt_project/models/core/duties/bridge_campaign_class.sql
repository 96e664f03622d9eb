-- Which classes of problems a campaign is about; the register joins their codes by 、.
with codes as (
    select
        campaign_no,
        code_scheme,
        {{ each(split_by('class_codes', '[、;；,，]')) }} as class_code
    from {{ ref('stg_duties__campaigns') }}
    where class_codes is not null
)

select distinct
    codes.campaign_no,
    {{ event_class('codes.code_scheme', 'trim(codes.class_code)') }} as event_class
from codes
inner join {{ ref('dim_campaign') }} as campaign on codes.campaign_no = campaign.campaign_no
where trim(codes.class_code) <> ''
