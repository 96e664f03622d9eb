# What is to come and what would have been forecast: pipelines/foresight makes it, docs/foresight.md says how. One table for all
# levels (street × class, street, class, squad, city), days and weeks, tonight's forecast and the backtest; marts pick from it.
import datetime as dt

import polars as pl

from pipelines.foresight.backtest import forecasts
from pipelines.foresight.history import history


def model(dbt, session):
    today = dbt.ref("dim_as_of").pl()["as_of_on"][0]
    areas = dbt.ref("bridge_squad_area").pl()
    cases = (
        dbt.ref("agg_case_day")
        .aggregate("date_on, street_code, major_class, is_public, cast(sum(cases) as bigint) as cases")
        .pl()
    )
    about = dbt.ref("bridge_campaign_class").pl().join(dbt.ref("dim_campaign").pl(), on="campaign_no")
    classes = dbt.ref("dim_event_class").pl().with_columns(major=pl.col("code_scheme") + "." + pl.col("main_code"))
    campaigns = (
        about.join(classes, on="event_class")
        .select(event_class="major", starts_on="starts_on", ends_on="ends_on")
        .drop_nulls()
        .unique()
    )

    def owners(day: dt.date) -> dict[str, str]:
        held = areas.filter((pl.col("valid_from") <= day) & (pl.col("valid_to").is_null() | (pl.col("valid_to") > day)))
        return dict(held.select("street_code", "squad_id").iter_rows())

    past = history(
        cases.rename({"date_on": "day", "major_class": "event_class"}),
        dbt.ref("dim_date").pl().select("date_on", "is_workday"),
        campaigns,
        sorted(owners(today)),
        today,
    )
    return forecasts(past, owners).select(pl.lit(today).alias("made_on"), pl.all()).to_arrow()
