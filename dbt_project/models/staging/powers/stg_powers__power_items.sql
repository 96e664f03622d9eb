-- Items of the list of powers as they are held on the as-of date.
with source as (
    select *
    from {{ source('raw', 'power_items') }}
    where {{ is_held_on(as_of()) }}
),

renamed as (
    select
        item_id,
        item_name,
        power_type,
        major_item,
        power_domain,
        power_group,
        is_full_scope,
        code_scheme,
        class_codes,
        basis,
        duty,
        accountability,
        original_org,
        approval_org,
        supervising_org,
        supervision_rule,
        exercising_org,
        status,
        valid_from,
        valid_to,
        published_on,
        {{ provenance() }}
    from source
)

select *
from renamed
