-- The cases of which something came since the last complete build, a record, a step or an appeal; also those that a
-- step or an appeal has left for another case. All, where no such build is known. Not by the as-of date: what came for
-- a later day is looked at once more.
select case_id
from {{ source('raw', 'platform_cases') }}
{% if seen_seq() -%}
    where _batch_seq > {{ seen_seq() }} or _superseded_by_seq > {{ seen_seq() }}
{%- endif %}
union all
select case_id
from {{ source('raw', 'platform_case_flow') }}
{% if seen_seq() -%}
    where _batch_seq > {{ seen_seq() }} or _superseded_by_seq > {{ seen_seq() }}
{%- endif %}
union all
select case_id
from {{ source('raw', 'evaluation_appeals') }}
{% if seen_seq() -%}
    where _batch_seq > {{ seen_seq() }} or _superseded_by_seq > {{ seen_seq() }}
{%- endif %}
