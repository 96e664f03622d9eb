-- Classes of events and components; the same code means other things in other schemes, so the key holds both.
select
    {{ event_class('code_scheme', 'class_code') }} as event_class,
    code_scheme,
    class_code,
    category,
    main_code,
    main_zh,
    main_en,
    name_zh,
    name_en
from {{ source('reference', 'event_classes') }}

union all

select
    'unknown' as event_class,
    null as code_scheme,
    null as class_code,
    null as category,
    null as main_code,
    null as main_zh,
    null as main_en,
    '未分类' as name_zh,
    'Unclassified' as name_en
