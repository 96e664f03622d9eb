-- Limits of the law, each with the days on which it is in force.
select
    rule_id,
    check_id,
    procedure,
    name_zh,
    name_en,
    duty_of,
    comparison,
    limit_value,
    limit_unit,
    valid_from,
    valid_to,
    article,
    strength
from {{ source('reference', 'law_limits') }}
