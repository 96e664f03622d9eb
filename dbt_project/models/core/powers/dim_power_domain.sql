-- Categories of penalty power (9 类) in the city's order, and the work that is assigned beside them.
select
    power_domain,
    name_zh,
    name_en,
    is_penalty_category
from {{ source('reference', 'power_domains') }}
