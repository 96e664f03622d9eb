-- The parts that a document itself names, one a row: the six of 六位一体, the principles, the institutions' aims.
with parts as (
    select
        doc_no,
        {{ each_numbered(split_by('parts', '[；;]'), 'part_zh', 'part_no') }}
    from {{ ref('stg_registers__policy_documents') }}
    where parts is not null
)

select
    parts.doc_no,
    parts.part_no,
    trim(parts.part_zh) as part_zh
from parts
inner join {{ ref('dim_document') }} as document on parts.doc_no = document.doc_no
