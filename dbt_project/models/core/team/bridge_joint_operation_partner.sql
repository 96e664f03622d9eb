-- Departments that take part in a joint operation beside its lead, one row each, with weights that add up to 1: an
-- operation with four partners is one operation. One without partners has a row for 'none'.
with named as (
    select
        operation.operation_no,
        operation.lead_org,
        {{ each(different(split_by('trim(operation.partner_orgs)', '[、，,;；\\s　]+'))) }} as partner
    from {{ ref('fct_joint_operation') }} as operation
    where trim(operation.partner_orgs) <> ''
),

known as (
    select distinct
        named.operation_no,
        coalesce(department.unit_code, 'unknown') as partner_org
    from named
    left join {{ ref('dim_department') }} as department on named.partner in (department.name_zh, department.unit_code)
    where named.partner <> '' and department.unit_code is distinct from named.lead_org
),

numbered as (
    select
        operation.*,
        coalesce(known.partner_org, 'none') as partner_org,
        count(*) over (partition by operation.operation_no) as partners,
        row_number() over (partition by operation.operation_no order by known.partner_org) as partner_no
    from {{ ref('fct_joint_operation') }} as operation
    left join known on operation.operation_no = known.operation_no
)

select
    operation_no,
    partner_org,
    -- Thirds do not add up to one in decimals: the first takes what is left.
    cast(
        case
            when partner_no > 1 then round(1.0 / partners, 8)
            else 1 - (partners - 1) * round(1.0 / partners, 8)
        end as decimal(9, 8)
    ) as weight,
    operated_on,
    lead_org,
    squad_id,
    findings,
    {{ provenance() }}
from numbered
