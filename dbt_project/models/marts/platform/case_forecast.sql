-- The baseline forecast of the next 12 weeks by street and major class; better models are compared with it. The
-- interval holds 80 of 100 errors that the same rule made in the backtest of the same street and class.
with errors as (
    select
        street_code,
        event_class,
        percentile_cont(0.1) within group (order by cast(actual - expected as double)) as low_error,
        percentile_cont(0.9) within group (order by cast(actual - expected as double)) as high_error
    from {{ ref('agg_case_forecast') }}
    where is_backtest
    group by street_code, event_class
)

select
    today.as_of_on as made_on,
    forecast.week,
    forecast.street_code,
    forecast.event_class,
    'seasonal_naive' as method,
    forecast.expected,
    cast(greatest(forecast.expected + least(errors.low_error, 0), 0) as decimal(12, 4)) as low,
    cast(forecast.expected + greatest(errors.high_error, 0) as decimal(12, 4)) as high
from {{ ref('agg_case_forecast') }} as forecast
cross join {{ ref('dim_as_of') }} as today
inner join errors on forecast.street_code = errors.street_code and forecast.event_class = errors.event_class
where not forecast.is_backtest
