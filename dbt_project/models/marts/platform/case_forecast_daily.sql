-- The forecast of the next 7 days by street and major class. Made by pipelines/foresight; here it gets its
-- served shape.
select
    made_on,
    starts_on as date_on,
    street_code,
    event_class,
    'pooled_poisson' as method,
    {{ forecast_figures() }}
from {{ ref('agg_case_forecast') }}
where grain = 'day' and level = 'street_class' and not is_backtest
