# Where something gathers as of the day: pipelines/foresight makes it, docs/foresight.md says how.
import datetime as dt

import polars as pl

from pipelines.foresight.hotspots import DAYS_BACK, hotspots


def model(dbt, session):
    today = dbt.ref("dim_as_of").pl()["as_of_on"][0]
    cells = dbt.ref("dim_grid").pl().drop_nulls(["lon", "lat"]).unique("grid_code")
    places = {code: (lon, lat) for code, lon, lat in cells.select("grid_code", "lon", "lat").iter_rows()}
    asked = (
        dbt.ref("agg_case_day")
        .filter(f"date_on > date '{today - dt.timedelta(days=DAYS_BACK)}'")
        .select("date_on, grid_code, event_class, is_public, cases")
    )
    codes = pl.col("grid_code", "event_class")
    # By the batch, so that the codes of a megacity's year are never all there as text.
    batches = [pl.from_arrow(batch).with_columns(codes.cast(pl.Categorical)) for batch in asked.to_arrow_reader()]
    cases = pl.concat(batches) if batches else asked.pl()
    return hotspots(cases, places, today).select(pl.lit(today).alias("as_of"), pl.all()).to_arrow()
