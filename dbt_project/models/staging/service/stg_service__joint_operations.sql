-- Joint operations as they are held on the as-of date.
with source as (
    select *
    from {{ source('raw', 'joint_operations') }}
    where {{ is_held_on(as_of()) }}
),

renamed as (
    select
        operation_no,
        operated_on,
        lead_org,
        partner_orgs,
        topic,
        campaign_no,
        squad_id,
        street_code,
        findings,
        is_key_date,
        {{ provenance() }}
    from source
)

select *
from renamed
