"""Small invented towns whose cases are drawn from rates that are known, for tests of forecasts and hotspots."""

import datetime as dt

import numpy as np
import polars as pl

from pipelines.foresight.history import Calendar, Floats, History

FIRST = dt.date(2015, 1, 5)
#: Mondays without office hours now and then, and Saturdays that make up for them.
HOLIDAYS = {FIRST + dt.timedelta(days=7 * week) for week in range(3, 400, 9)}
MAKE_UP = {day - dt.timedelta(days=2) for day in HOLIDAYS}


def calendar() -> Calendar:
    days = [FIRST + dt.timedelta(days=n) for n in range(3000)]
    return Calendar(FIRST, np.array([day in MAKE_UP or (day.weekday() < 5 and day not in HOLIDAYS) for day in days]))


def rates(streets: int, classes: int, days: int, size: float) -> Floats:
    """Cases a day [source, street, class, day]: uneven streets and classes, a season, weekdays, holidays at a third."""
    day = np.arange(days)
    season = np.exp(0.5 * np.sin(2 * np.pi * day / 365.25)[None] * np.linspace(0.2, 1.5, classes)[:, None])
    dates = [FIRST + dt.timedelta(days=int(n)) for n in day]
    week = np.array([(0.6 if one.weekday() > 4 else 1.1) * (1 / 3 if one in HOLIDAYS else 1) for one in dates])
    street, kind = 0.7 ** np.arange(streets), 0.6 ** np.arange(classes)
    whole = size * street[None, :, None, None] * kind[None, None, :, None] * season[None, None] * week
    return whole * np.array([0.25, 0.75])[:, None, None, None]


def town(counts: Floats) -> History:
    _, streets, classes, _ = counts.shape
    return History(
        FIRST, counts, [f"{n:03d}" for n in range(streets)], [f"S.{n:02d}" for n in range(classes)], calendar()
    )


def drawn(seed: int, streets: int = 5, classes: int = 3, days: int = 1100, size: float = 3.0) -> History:
    return town(np.random.default_rng(seed).poisson(rates(streets, classes, days, size)).astype(float))


def weekly_error(rows: pl.DataFrame, forecast: str) -> float:
    """Weighted absolute percentage error."""
    return float((rows["actual"] - rows[forecast]).abs().sum() / rows["actual"].sum())
