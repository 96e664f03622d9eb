-- Cases of the platform, one row each, with the squad of the day of filing and the deadline. Nothing here depends
-- on the as-of date but the choice of versions, so that building what is new gives the same as building everything.
{{ reads_touched_cases() }}{{ config(materialized='incremental', unique_key='case_id') }}

-- What came is chosen before anything is joined: engines do not move it there by themselves.
with touched as (
    select *
    from {{ ref('stg_platform__cases') }}
    {% if is_incremental() %}{{ only_touched_cases() }}{% endif %}
),

incoming as (
    select
        record.*,
        {{ all_but('marks', ['case_id']) }},
        cast(coalesce(record.filed_at, record.reported_at) as date) as owned_on
    from touched as record
    left join {{ ref('int_case_step_marks') }} as marks on record.case_id = marks.case_id
),

cases as (
    select *
    from incoming
    {% if is_incremental() and not seen_seq() %}
        where {{ is_touched('incoming', 'case_id', ['_batch_seq', '_source_row', '_flow_version']) }}
    {% endif %}
),

-- Few streets and days have many cases, so that the owner is looked for once for each and not once for each case.
owned as (
    select distinct
        street_code,
        cast(coalesce(filed_at, reported_at) as date) as owned_on
    from touched
),

owners as (
    select
        owned.street_code,
        owned.owned_on,
        {{ squad_of('owned.owned_on') }} as squad_id
    from owned
    {{ area_on('owned.owned_on', 'owned.street_code') }}
)

select
    cases.case_id,
    cases.case_no,
    cases.category,
    cases.event_class,
    cases.channel,
    cases.grid_code,
    cases.street_code,
    coalesce(owners.squad_id, 'unassigned') as squad_id,
    cases.unit_code,
    coalesce(department.is_bureau, false) as is_bureau_task,
    cases.reported_at,
    cases.accepted_at,
    cases.filed_at,
    cases.dispatched_at,
    cases.handled_at,
    cases.checked_at,
    cases.closed_at,
    case when cases.status = 'cancelled' then coalesce(cases.given_up_at, cases.updated_at) end as cancelled_at,
    cases.status,
    deadline.limit_value,
    deadline.limit_unit,
    deadline.limit_source,
    coalesce(stops.stopped_seconds, 0) as stopped_seconds,
    stops.stopped_since_at,
    {{ plus('deadline.base_due_at', 'coalesce(stops.stopped_seconds, 0)', 'seconds') }} as due_at,
    cases.rework_count,
    cases.suspend_count,
    cases.extension_count,
    cases.is_urgent,
    cases.first_redispatched_at,
    cases.first_returned_at,
    cases.first_suspended_at,
    cases.first_extended_at,
    cases.first_check_failed_at,
    cases.first_reopened_at,
    cases.given_up_at,
    cases.filing_timeout,
    cases.dispatch_timeout,
    cases.check_timeout,
    cases._flow_version,
    {{ provenance('cases') }}
from cases
left join {{ ref('int_case_deadlines') }} as deadline on cases.case_id = deadline.case_id
left join {{ ref('int_case_clock_stops') }} as stops on cases.case_id = stops.case_id
left join {{ ref('dim_department') }} as department on cases.unit_code = department.unit_code
left join owners on cases.street_code = owners.street_code and cases.owned_on = owners.owned_on
{{ in_order_of('reported_at') }}
