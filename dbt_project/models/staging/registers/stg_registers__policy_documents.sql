-- Policy documents as they are held on the as-of date.
with source as (
    select *
    from {{ source('raw', 'policy_documents') }}
    where {{ is_held_on(as_of()) }}
),

renamed as (
    select
        doc_no,
        index_no,
        title,
        kind,
        issuer,
        issuer_org,
        issued_on,
        published_at,
        registered_on,
        status,
        topics,
        parts,
        {{ provenance() }}
    from source
)

select *
from renamed
