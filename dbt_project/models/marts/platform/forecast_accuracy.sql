-- How the baseline would have done: the last 26 whole weeks as they would have been forecast 1 to 12 weeks before.
-- Errors add up over streets, classes, weeks and horizons; a rate is absolute_error / actual.
select
    week,
    horizon,
    street_code,
    event_class,
    'seasonal_naive' as method,
    expected,
    actual,
    cast(abs(actual - expected) as decimal(12, 4)) as absolute_error
from {{ ref('agg_case_forecast') }}
where is_backtest
