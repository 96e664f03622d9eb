# Where something gathers as of the day: pipelines/foresight makes it, docs/foresight.md says how.
import polars as pl

from pipelines.foresight.hotspots import hotspots


def model(dbt, session):
    today = dbt.ref("dim_as_of").pl()["as_of_on"][0]
    cells = dbt.ref("dim_grid").pl().drop_nulls(["lon", "lat"]).unique("grid_code")
    places = {code: (lon, lat) for code, lon, lat in cells.select("grid_code", "lon", "lat").iter_rows()}
    cases = dbt.ref("agg_case_day").pl().select("date_on", "grid_code", "event_class", "is_public", "cases")
    return hotspots(cases, places, today).select(pl.lit(today).alias("as_of"), pl.all()).to_arrow()
