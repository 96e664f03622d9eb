-- What was really forecast: rows are added and never changed, not even by a full refresh; so this table can not be made
-- anew from the records. Days are kept of every night, weeks of the first night that knew a week. Squads are left out:
-- their streets are here.
--
-- Re-running an earlier day: what was frozen on later days does not count there.
{{ config(materialized='incremental', full_refresh=false, on_schema_change='append_new_columns') }}

select
    made.made_on,
    made.grain,
    made.level,
    made.street_code,
    made.event_class,
    made.origin_on,
    made.starts_on,
    made.horizon,
    cast(made.expected as decimal(12, 4)) as expected,
    cast(made.expected_citizen as decimal(12, 4)) as expected_citizen,
    made.likely,
    cast(made.low as decimal(12, 4)) as low,
    cast(made.high as decimal(12, 4)) as high,
    cast(made.naive as decimal(12, 4)) as naive
from {{ ref('agg_case_forecast') }} as made
where
    not made.is_backtest
    and made.level <> 'squad'
    {% if is_incremental() %}
        and not exists (
            select 1
            from {{ this }} as frozen
            where
                frozen.grain = made.grain and frozen.origin_on = made.origin_on and frozen.made_on <= made.made_on
        )
    {% endif %}
