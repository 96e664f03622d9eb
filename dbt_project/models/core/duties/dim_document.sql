-- Documents in the register (制度文件登记): policies, institutions, plans, principles, and the report itself. The year of a
-- document is never taken from its index number.
select
    documents.doc_no,
    documents.index_no,
    documents.title as name_zh,
    documents.kind,
    documents.issuer,
    documents.issuer_org,
    documents.issued_on,
    documents.published_at,
    documents.registered_on,
    documents.status,
    documents.topics,
    {{ provenance('documents') }}
from {{ ref('stg_registers__policy_documents') }} as documents
cross join {{ ref('dim_as_of') }} as today
where documents.registered_on <= today.as_of_on
