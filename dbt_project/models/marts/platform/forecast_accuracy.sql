-- How right the weekly forecasts by street and class were. A count is judged by the middle outcome, since the mean of a
-- thin series is between the counts that there can be.
select
    evidence,
    made_on,
    starts_on as week,
    horizon,
    street_code,
    event_class,
    'pooled_poisson' as method,
    expected,
    likely,
    low,
    high,
    naive_expected,
    actual,
    cast(abs(actual - likely) as decimal(12, 4)) as absolute_error,
    cast(abs(actual - naive_expected) as decimal(12, 4)) as naive_absolute_error,
    actual between low and high as is_held
from {{ ref('agg_forecast_outcome') }}
where grain = 'week' and level = 'street_class'
