-- Equipment by month of purchase, kind and squad; kinds are not added up.
select
    cast(date_trunc('month', bought_on) as date) as month,
    asset_kind,
    squad_id,
    cast(sum(quantity) as bigint) as quantity,
    count(*) as lots
from {{ ref('fct_asset') }}
group by all
