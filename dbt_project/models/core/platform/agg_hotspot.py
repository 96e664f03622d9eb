# Where something gathers as of the day: pipelines/foresight makes it, docs/foresight.md says how.
import datetime as dt

import polars as pl

from pipelines.foresight.hotspots import DAYS_BACK, hotspots, stretches


def model(dbt, session):
    today = dbt.ref("dim_as_of").pl()["as_of_on"][0]
    cells = dbt.ref("dim_grid").pl().drop_nulls(["lon", "lat"]).unique("grid_code")
    places = {code: (lon, lat) for code, lon, lat in cells.select("grid_code", "lon", "lat").iter_rows()}
    counted = dbt.ref("agg_case_day").filter(
        f"date_on > date '{today - dt.timedelta(days=DAYS_BACK)}' and date_on <= date '{today}'"
    )
    [(first,)] = counted.aggregate("min(date_on)").fetchall()
    # Added up where they are: a megacity's year is eleven million rows.
    days = ", ".join(f"(date '{day}', date '{since}')" for day, since in stretches(first or today, today).items())
    cases = counted.query(
        "counted",
        f"""select stretch.since as date_on, grid_code, event_class, is_public, cast(sum(cases) as bigint) as cases
            from counted inner join (values {days}) as stretch (day, since) on counted.date_on = stretch.day group by all""",
    ).pl()
    return hotspots(cases, places, today).select(pl.lit(today).alias("as_of"), pl.all()).to_arrow()
