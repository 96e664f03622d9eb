-- The same forecasts added up, for whom sums matter: each level has its own interval, since intervals do not add up.
select
    made_on,
    grain,
    level,
    street_code,
    event_class,
    squad_id,
    starts_on,
    {{ forecast_figures() }}
from {{ ref('agg_case_forecast') }}
where level <> 'street_class' and not is_backtest
