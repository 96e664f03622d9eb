-- The cases of which something came since the last complete build, a record, a step or an appeal; also those that a
-- step or an appeal has left for another case. All, where no such build is known. Not by the as-of date: what came for
-- a later day is looked at once more.
{% if seen_seq() -%}
    -- Found at the run's start (macros/touched.sql).
    select case_id
    from ops.touched_cases
{%- else -%}
    select case_id
    from {{ source('raw', 'platform_cases') }}
    union all
    select case_id
    from {{ source('raw', 'platform_case_flow') }}
    union all
    select case_id
    from {{ source('raw', 'evaluation_appeals') }}
{%- endif %}
