-- Which classes of events an item of the list of powers is about.
with named as (
    select
        item_id,
        code_scheme,
        {{ each(split_by('class_codes', '[、，,;；\\s]+')) }} as class_code
    from {{ ref('stg_powers__power_items') }}
)

select distinct
    item_id,
    {{ event_class('code_scheme', 'class_code') }} as event_class
from named
where class_code <> ''
