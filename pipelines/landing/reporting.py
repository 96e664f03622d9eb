"""The city's reporting periods as a reference table, made from `[[reporting_periods]]` of its profile (`pipelines.periods`)."""

import dataclasses

import polars as pl

from pipelines.city import City
from pipelines.landing.calendar import LAST_DAY
from pipelines.periods import periods


def reporting_periods(city: City) -> pl.DataFrame:
    """One row a period from the platform's going live on: `period_id`, `kind`, `starts_on`, `ends_on`, `freezes_on`."""
    first = city.facts.go_live or city.facts.first_day
    rows = [dataclasses.asdict(period) for period in periods(city.profile.reporting_periods, first, LAST_DAY)]
    days = dict.fromkeys(("starts_on", "ends_on", "freezes_on"), pl.Date)
    return pl.DataFrame(rows, schema={"period_id": pl.String, "kind": pl.String, **days})
