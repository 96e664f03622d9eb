"""Forecasts against their rivals, by rolling origin over the last two years: of a data home, or of a New York 311 export.

    python bench/forecasts.py HOME/build/warehouse.duckdb
    python bench/forecasts.py animal_complaints.csv 104

A second argument leaves out so many of the newest weeks: years on which nothing was tuned. Weekly, 1 to 12 weeks ahead, at every fourth
week; weighted absolute percentage errors. Rivals that are not installed are left out
(pip install statsforecast scikit-learn mlforecast lightgbm); docs/decisions/0018-foresight.md has what it said.
"""

import datetime as dt
import importlib.util
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import holidays
import numpy as np
import polars as pl
from scipy.stats import poisson
from threadpoolctl import threadpool_limits

from pipelines.foresight import model
from pipelines.foresight.history import Floats, History, by_week, history

WEEKS, APART, AHEAD, YEAR = 104, 4, 12, 52
LEVELS = ("city", "street", "class", "street × class")
#: Makes a forecast [street, class, week] from the weeks before an origin, its place, and the history.
Rival = Callable[[Floats, int, History], Floats]


def read(path: Path, left_out: int = 0) -> History:
    with duckdb.connect() if path.suffix == ".csv" else duckdb.connect(str(path), read_only=True) as connection:
        if path.suffix == ".csv":
            export = connection.read_csv(str(path), all_varchar=True)
            cases = connection.sql(
                """select strptime("Created Date", '%m/%d/%Y %I:%M:%S %p')::date as day, "Borough" as street_code, "Descriptor" as event_class,
                true as is_public, count(*) as cases from export where "Borough" <> 'Unspecified' group by all"""
            ).pl()
            assert export.columns
            closed = holidays.country_holidays("US", subdiv="NY", years=range(2009, 2028))
            span = [dt.date(2009, 1, 1) + dt.timedelta(days=n) for n in range(18 * 365)]
            days = pl.DataFrame({"date_on": span, "is_workday": [d.weekday() < 5 and d not in closed for d in span]})
        else:
            cases = connection.sql(
                """select date_on as day, street_code, major_class as event_class, is_public, sum(cases)::bigint as cases
                from core.agg_case_day group by all"""
            ).pl()
            days = connection.sql("select date_on, is_workday from core.dim_date").pl()
    newest = cases["day"].max()
    assert isinstance(newest, dt.date)
    none = pl.DataFrame(schema={"event_class": pl.String, "starts_on": pl.Date, "ends_on": pl.Date})
    until = newest - dt.timedelta(days=(newest.weekday() + 1) % 7 + 7 * left_out)
    found = history(cases, days, none, [], until)
    assert found is not None
    return found


def ours(weeks: Floats, at: int, past: History) -> Floats:
    known = past.until(past.first + dt.timedelta(days=7 * at - 1))
    return by_week(model.forecast(known, 7 * AHEAD)).sum(axis=0)


def naive(weeks: Floats, at: int, past: History) -> Floats:
    return weeks[:, :, at - YEAR : at - YEAR + AHEAD]


def level_and_season(weeks: Floats, at: int, past: History) -> Floats:
    """The rule that stood here before: half the last eight weeks, half the same week of up to three years."""
    years = [weeks[:, :, at - YEAR * n : at - YEAR * n + AHEAD] for n in (1, 2, 3) if at >= YEAR * n]
    return (weeks[:, :, at - 8 : at].mean(axis=2, keepdims=True) + np.mean(years, axis=0)) / 2


def gradient_boosting(weeks: Floats, at: int, past: History) -> Floats:
    from sklearn.ensemble import HistGradientBoostingRegressor

    streets, kinds, _ = weeks.shape

    def terms(origin: int, ahead: int) -> Floats:
        lags = [weeks[:, :, origin - n : origin].mean(axis=2) for n in (4, 13, YEAR)]
        season = [weeks[:, :, origin - YEAR + ahead - 2 : origin - YEAR + ahead + 3].mean(axis=2)]
        street, kind = np.meshgrid(np.arange(streets), np.arange(kinds), indexing="ij")
        year = np.full((streets, kinds), (origin + ahead) % YEAR)
        return np.stack([*lags, *season, street, kind, year], axis=2).reshape(-1, 7)

    seen = [(o, h) for o in range(YEAR + 2, at - AHEAD, 2) for h in (0, 3, 7, 11)]
    fitted = HistGradientBoostingRegressor(
        loss="poisson", max_iter=150, learning_rate=0.06, categorical_features=[4, 5]
    )
    fitted.fit(
        np.concatenate([terms(*one) for one in seen]), np.concatenate([weeks[:, :, o + h].ravel() for o, h in seen])
    )
    return np.stack([fitted.predict(terms(at, h)).reshape(streets, kinds) for h in range(AHEAD)], axis=2)


def lightgbm(weeks: Floats, at: int, past: History) -> Floats:
    """One booster for all series by mlforecast, as its documents propose: lags, rolling means, and what the series is."""
    from lightgbm import LGBMRegressor
    from mlforecast import MLForecast
    from mlforecast.lag_transforms import RollingMean

    streets, kinds, _ = weeks.shape
    series = [(s, k) for s in range(streets) for k in range(kinds)]
    known = pl.DataFrame(
        [
            {"unique_id": s * kinds + k, "ds": week, "y": weeks[s, k, week], "street": s, "kind": k}
            for s, k in series for week in range(at)
        ]
    )  # fmt: skip
    booster = LGBMRegressor(objective="poisson", n_estimators=150, learning_rate=0.06, verbosity=-1, n_jobs=1)
    made = MLForecast(
        models={"made": booster},
        freq=1,
        lags=[1, 4, 13, YEAR - 1, YEAR, YEAR + 1],
        lag_transforms={1: [RollingMean(4), RollingMean(13), RollingMean(YEAR)], YEAR - 2: [RollingMean(5)]},
    )
    made.fit(known, static_features=["street", "kind"])
    found = made.predict(AHEAD).sort("unique_id", "ds")["made"].to_numpy()
    return np.maximum(found, 0).reshape(streets, kinds, AHEAD)


def statsforecast(name: str) -> Rival:
    def rival(weeks: Floats, at: int, past: History) -> Floats:
        from statsforecast import models

        made = getattr(models, name)
        known = weeks[:, :, :at].reshape(-1, at)
        one = made(season_length=YEAR) if name in ("AutoETS", "DynamicOptimizedTheta", "SeasonalExponentialSmoothingOptimized") else (
            made(alpha_d=0.1, alpha_p=0.1) if name == "TSB" else made()
        )  # fmt: skip
        found = np.stack([one.forecast(y=series, h=AHEAD)["mean"] for series in known])
        return np.maximum(found, 0).reshape(*weeks.shape[:2], AHEAD)

    return rival


RIVALS: dict[str, Rival] = {
    "seasonal naive": naive,
    "level and season": level_and_season,
    "pooled Poisson (ours)": ours,
}
if importlib.util.find_spec("sklearn"):
    RIVALS["HistGradientBoosting, Poisson"] = gradient_boosting
if importlib.util.find_spec("mlforecast") and importlib.util.find_spec("lightgbm"):
    RIVALS["mlforecast, LightGBM"] = lightgbm
if importlib.util.find_spec("statsforecast"):
    RIVALS |= {
        f"statsforecast {name}": statsforecast(name)
        for name in ("TSB", "CrostonSBA", "ADIDA", "AutoETS", "DynamicOptimizedTheta")
    }


def summed(cases: Floats, level: str) -> Floats:
    axes = {"city": (0, 1), "street": (1,), "class": (0,), "street × class": ()}[level]
    return cases.sum(axis=axes) if axes else cases


@dataclass
class Errors:
    """Weighted absolute percentage errors by level, of the mean and of the middle outcome; `limit` is what would remain if the forecast were
    the truth, of which cases are drawn by chance. `seconds` is for one origin."""

    mean: dict[str, float]
    likely: dict[str, float]
    limit: dict[str, float]
    seconds: float


def errors(past: History, rival: Rival) -> Errors:
    """Of the forecasts from every fourth week of the last two years."""
    weeks = by_week(past.counts).sum(axis=0)
    many = weeks.shape[2]
    origins = range(many - WEEKS, many - AHEAD + 1, APART)
    begun, total = time.perf_counter(), 0.0
    mean, likely, limit = (dict.fromkeys(LEVELS, 0.0) for _ in range(3))
    for at in origins:
        made, come = rival(weeks, at, past), weeks[:, :, at : at + AHEAD]
        total += come.sum()
        for level in LEVELS:
            asked, there = summed(made, level), summed(come, level)
            middle = poisson.median(np.maximum(asked, 1e-9))
            drawn = np.random.default_rng(at).poisson(np.maximum(asked, 0))
            mean[level] += np.abs(there - asked).sum()
            likely[level] += np.abs(there - middle).sum()
            limit[level] += np.abs(drawn - middle).sum()
    shares = [{level: found / total for level, found in one.items()} for one in (mean, likely, limit)]
    return Errors(*shares, seconds=(time.perf_counter() - begun) / len(origins))


def main() -> None:
    past = read(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)
    weeks = by_week(past.counts).sum(axis=0)
    many = weeks.shape[2]
    print(f"{weeks.shape[0]} streets, {weeks.shape[1]} classes, {many} weeks, {weeks.sum() / many:.1f} cases a week")
    with threadpool_limits(1):
        for name, rival in RIVALS.items():
            found = errors(past, rival)
            told = "  ".join(f"{level} {found.mean[level]:.3f}/{found.likely[level]:.3f}" for level in LEVELS)
            print(f"{name:32} {told}  {found.seconds:.2f} s")
            if rival is ours:
                print(
                    f"{'  if it were the truth':32} "
                    + "  ".join(f"{level} {found.limit[level]:.3f}" for level in LEVELS)
                )


if __name__ == "__main__":
    main()
