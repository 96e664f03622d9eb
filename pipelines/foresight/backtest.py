"""Forecasts with intervals, and how right they would have been: tonight's, and those of past Sundays made with what was known then.

Belongs here: what is forecast for whom (levels and horizons), and the rolling origin. Returns rows; the models of the dbt project keep them.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.stats import poisson
from threadpoolctl import threadpool_limits

from pipelines.foresight import model
from pipelines.foresight.history import WEEK, Floats, History, by_week
from pipelines.foresight.intervals import Widths, widths

WEEKS_AHEAD, DAYS_AHEAD = 12, 7
#: A forecast needs a past: before so many weeks nothing is said.
FEWEST_WEEKS = 8
#: Origins of the nightly backtest, so many weeks apart: the older half teaches the first intervals of the newer half, which is told.
ORIGINS, WEEKS_APART = 52, 2
YEAR_WEEKS = 52
#: Errors of so many neighbouring periods from one origin say about as much as one.
TOGETHER = 4

SCHEMA = pl.Schema({
    "grain": pl.String, "level": pl.String, "street_code": pl.String, "event_class": pl.String, "squad_id": pl.String, "origin_on": pl.Date,
    "starts_on": pl.Date, "horizon": pl.Int32, "expected": pl.Float64, "expected_citizen": pl.Float64, "likely": pl.Int64, "low": pl.Float64,
    "high": pl.Float64, "naive": pl.Float64, "actual": pl.Int64, "is_backtest": pl.Boolean,
})  # fmt: skip

#: The owner of each street on a day.
Owners = Callable[[dt.date], Mapping[str, str]]


@dataclass(frozen=True)
class Made:
    """One level's forecast of one grain from one origin. Arrays are [series, period]; `actual` is None for what is to come."""

    grain: str
    level: str
    series: Sequence[tuple[str, str, str]]
    origin: dt.date
    starts: Sequence[dt.date]
    expected: Floats
    citizen: Floats
    naive: Floats
    actual: Floats | None


def forecasts(past: History | None, owners: Owners, origins: int = ORIGINS, apart: int = WEEKS_APART) -> pl.DataFrame:
    """Rows of `SCHEMA`: the next days from the last day of the past, the next weeks from its last Sunday, and the backtest.

    Without enough of a past no row at all. Of the backtest only forecasts are told whose intervals earlier ones have taught.
    """
    if past is None or past.days < FEWEST_WEEKS * WEEK:
        return pl.DataFrame(schema=SCHEMA)
    sunday = past.last - dt.timedelta(days=(past.last.weekday() + 1) % WEEK)
    with threadpool_limits(1):
        tried = list(_rolling(past, owners, sunday, origins, apart))
        ahead = [*_made(past, past.last, owners, "day"), *_made(past, sunday, owners, "week")]
    rows = [_rows(one, *_learnt(tried, one).around(one.expected), is_backtest=False) for one in ahead]
    told = sorted({one.origin for one in tried})[len({one.origin for one in tried}) // 2 :]
    rows += [
        _rows(one, *_learnt(tried, one).around(one.expected), is_backtest=True) for one in tried if one.origin in told
    ]
    # Typed and asked for their medians together: hundreds of small frames took longer one by one.
    found = pl.concat(rows, how="vertical_relaxed")
    likely = poisson.median(found["expected"].to_numpy()).astype(int)
    made = found.with_columns(pl.Series("likely", likely), pl.col("naive", "actual").fill_nan(None))
    return made.select(SCHEMA.names()).cast(SCHEMA)


def _rolling(past: History, owners: Owners, sunday: dt.date, origins: int, apart: int) -> Iterator[Made]:
    for back in range(origins, 0, -1):
        origin = sunday - dt.timedelta(weeks=back * apart)
        if (origin - past.first).days + 1 >= FEWEST_WEEKS * WEEK:
            yield from _made(past, origin, owners, "day")
            yield from _made(past, origin, owners, "week")


def _made(past: History, origin: dt.date, owners: Owners, grain: str) -> Iterator[Made]:
    """Each level's forecast from a day on, with what came of it as far as that is over."""
    known = past.until(origin)
    ahead = DAYS_AHEAD if grain == "day" else WEEKS_AHEAD * WEEK
    come = past.counts[:, :, :, known.days : known.days + ahead].sum(axis=0)
    if grain == "week":
        come = come[:, :, : come.shape[2] // WEEK * WEEK]
    over = come.shape[2] if come.shape[2] else ahead
    expected = model.forecast(known, ahead)[:, :, :, :over]
    back = WEEK if grain == "day" else YEAR_WEEKS * WEEK
    before = known.counts.sum(axis=0)[:, :, known.days - back :][:, :, :over] if known.days >= back else None
    if grain == "week":
        expected, come = by_week(expected), by_week(come)
        before = by_week(before) if before is not None else None
    step = 1 if grain == "day" else WEEK
    starts = [origin + dt.timedelta(days=1 + step * n) for n in range(expected.shape[3])]
    naive = before if before is not None else np.full(expected.shape[1:], np.nan)
    for level, series, added in _levels(past, owners(origin)):
        yield Made(
            grain, level, series, origin, starts, added(expected.sum(axis=0)), added(expected[0]), added(naive),
            added(come) if come.shape[2] else None,
        )  # fmt: skip


def _levels(
    past: History, owner: Mapping[str, str]
) -> Iterator[tuple[str, list[tuple[str, str, str]], Callable[[Floats], Floats]]]:
    """(level, its series as (street, class, squad), the sum of [street, class, period] to [series, period]). What is added up over says 'all'."""
    streets, classes = past.streets, past.classes
    pairs = [(street, kind, "all") for street in streets for kind in classes]
    yield "street_class", pairs, lambda cases: cases.reshape(-1, cases.shape[2])
    yield "street", [(street, "all", "all") for street in streets], lambda cases: cases.sum(axis=1)
    yield "class", [("all", kind, "all") for kind in classes], lambda cases: cases.sum(axis=0)
    squads = sorted({owner.get(street, "unassigned") for street in streets})
    belongs = np.array([[owner.get(street, "unassigned") == squad for street in streets] for squad in squads], float)
    yield "squad", [("all", "all", squad) for squad in squads], lambda cases: belongs @ cases.sum(axis=1)
    yield "city", [("all", "all", "all")], lambda cases: cases.sum(axis=(0, 1))[None]


def _learnt(tried: Sequence[Made], one: Made) -> Widths:
    """From all forecasts of the level and grain that were over when this one was made."""
    days = 1 if one.grain == "day" else WEEK
    expected, actual = [np.zeros(0)], [np.zeros(0)]
    for other in tried:
        if (other.grain, other.level) == (one.grain, one.level) and other.actual is not None:
            over = sum(start + dt.timedelta(days=days - 1) <= one.origin for start in other.starts)
            expected.append(other.expected[:, :over].ravel())
            actual.append(other.actual[:, :over].ravel())
    return widths(np.concatenate(expected), np.concatenate(actual), TOGETHER)


def _rows(made: Made, low: Floats, high: Floats, *, is_backtest: bool) -> pl.DataFrame:
    series, periods = made.expected.shape
    street, kind, squad = (list(np.repeat([one[at] for one in made.series], periods)) for at in range(3))
    actual = made.actual if is_backtest and made.actual is not None else np.full(made.expected.shape, np.nan)
    return pl.DataFrame(
        {
            "grain": [made.grain] * (series * periods),
            "level": [made.level] * (series * periods),
            "street_code": street,
            "event_class": kind,
            "squad_id": squad,
            "origin_on": [made.origin] * (series * periods),
            "starts_on": list(made.starts) * series,
            "horizon": list(range(1, periods + 1)) * series,
            "expected": made.expected.ravel(),
            "expected_citizen": made.citizen.ravel(),
            "low": low.ravel(),
            "high": high.ravel(),
            "naive": made.naive.ravel(),
            "actual": actual.ravel(),
            "is_backtest": [is_backtest] * (series * periods),
        },
        strict=False,
    )
