-- The parts that a document itself names, one a row: the six of 六位一体, the principles, the institutions' aims.
with parts as (
    select
        doc_no,
        unnest(string_split_regex(parts, '[；;]')) as part_zh,
        generate_subscripts(string_split_regex(parts, '[；;]'), 1) as part_no
    from {{ ref('stg_registers__policy_documents') }}
    where parts is not null
)

select
    parts.doc_no,
    cast(parts.part_no as integer) as part_no,
    trim(parts.part_zh) as part_zh
from parts
inner join {{ ref('dim_document') }} as document on parts.doc_no = document.doc_no
