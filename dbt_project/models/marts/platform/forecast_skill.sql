-- How right forecasts were, as sums that can be divided at any grouping. Errors are added up where the naive rule has a
-- forecast too, so that both are measured on the same.
select
    evidence,
    cast(date_trunc('month', starts_on) as date) as month,
    grain,
    level,
    street_code,
    event_class,
    horizon,
    count(*) as forecasts,
    count(*) filter (where actual between low and high) as held,
    count(naive_expected) as compared,
    cast(coalesce(sum(abs(actual - likely)) filter (where naive_expected is not null), 0) as decimal(12, 4))
        as absolute_error_sum,
    cast(coalesce(sum(abs(actual - naive_expected)), 0) as decimal(12, 4)) as naive_absolute_error_sum,
    cast(coalesce(sum(actual) filter (where naive_expected is not null), 0) as bigint) as actual_sum
from {{ ref('agg_forecast_outcome') }}
group by all
