# Where something gathers as of the day: pipelines/foresight makes it, docs/foresight.md says how.
import datetime as dt

import polars as pl

from pipelines.foresight.hotspots import DAYS_BACK, hotspots, stretches, whole_weeks


def model(dbt, session):
    today = dbt.ref("dim_as_of").pl()["as_of_on"][0]
    cells = dbt.ref("dim_grid").pl().drop_nulls(["lon", "lat"]).unique("grid_code")
    places = {code: (lon, lat) for code, lon, lat in cells.select("grid_code", "lon", "lat").iter_rows()}
    days = dbt.ref("agg_case_day").filter(
        f"date_on > date '{today - dt.timedelta(days=DAYS_BACK)}' and date_on <= date '{today}'"
    )
    [(first,)] = days.aggregate("min(date_on)").fetchall()
    since = stretches(first or today, today)
    weeks = whole_weeks(since)
    single = {day: stretch for day, stretch in since.items() if day - dt.timedelta(days=day.weekday()) not in weeks}

    # Added up where they are: a megacity's year is eleven million rows by the day, and two by the week.
    def added(counted, by, chosen, counts):
        wanted = ", ".join(f"(date '{begins}', date '{stretch}')" for begins, stretch in chosen.items())
        return counted.query(
            "counted",
            f"""select stretch.since as date_on, grid_code, event_class, part.is_public, cast(sum(part.cases) as bigint) as cases
                from counted inner join (values {wanted}) as stretch (begins, since) on counted.{by} = stretch.begins,
                lateral (values {counts}) as part (is_public, cases) where part.cases > 0 group by all""",
        ).pl()

    cases = added(days, "date_on", single, "(counted.is_public, counted.cases)")
    if weeks:
        by_source = "(true, counted.cases_citizen), (false, counted.cases - counted.cases_citizen)"
        cases = pl.concat([cases, added(dbt.ref("agg_case_week"), "week", weeks, by_source)])
    return hotspots(cases, places, today).select(pl.lit(today).alias("as_of"), pl.all()).to_arrow()
