-- The forecast of the next 12 weeks by street and major class. Made by pipelines/foresight; here it gets its
-- served shape.
select
    made_on,
    starts_on as week,
    street_code,
    event_class,
    'pooled_poisson' as method,
    {{ forecast_figures() }}
from {{ ref('agg_case_forecast') }}
where grain = 'week' and level = 'street_class' and not is_backtest
