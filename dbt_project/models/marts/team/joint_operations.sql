-- Joint operations by month, lead and partner. `operations` and `findings` are shares that add up over any grouping;
-- the `_joined` columns count an operation whole for each of its partners.
select
    cast(date_trunc('month', operated_on) as date) as month,
    lead_org,
    partner_org,
    cast(sum(weight) as decimal(18, 8)) as operations,
    cast(sum(weight * findings) as decimal(18, 8)) as findings,
    count(*) as operations_joined,
    cast(sum(findings) as bigint) as findings_joined
from {{ ref('bridge_joint_operation_partner') }}
group by all
