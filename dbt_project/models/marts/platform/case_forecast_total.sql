-- The same forecasts added up, for whom sums matter: each level has its own interval, since intervals do not add up.
select
    made_on,
    grain,
    level,
    street_code,
    event_class,
    squad_id,
    starts_on,
    cast(expected as decimal(12, 4)) as expected,
    cast(least(expected_citizen, expected) as decimal(12, 4)) as expected_citizen,
    likely,
    cast(low as decimal(12, 4)) as low,
    cast(high as decimal(12, 4)) as high
from {{ ref('agg_case_forecast') }}
where level <> 'street_class' and not is_backtest
