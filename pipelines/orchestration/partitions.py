"""Daily partitions on the city's clock, and the as-of date that a run stands for."""

import datetime as dt
from typing import Any

import dagster as dg

from pipelines.city import City


def daily(city: City) -> dg.DailyPartitionsDefinition:
    """One partition a business day, from the city's first day to yesterday, in the city's time zone."""
    return dg.DailyPartitionsDefinition(start_date=city.facts.first_day.isoformat(), timezone=city.facts.time_zone)


def as_of(context: Any) -> dt.date:
    """The business day of a step: the last day of its partition range.

    A backfill is a single run: the sources hold history, so that running only its last day brings the days before, too.
    """
    return dt.date.fromisoformat(context.partition_key_range.end)
