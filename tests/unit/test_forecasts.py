"""Forecasts: they add up, know nothing of the future, learn what is known to be there, and their intervals hold what they promise."""

import datetime as dt

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.foresight import model
from pipelines.foresight.backtest import FEWEST_WEEKS, SCHEMA, forecasts
from pipelines.foresight.history import History, by_week, history
from pipelines.foresight.intervals import widths
from pipelines.foresight.regression import fit
from tests.unit.towns import FIRST, HOLIDAYS, drawn, rates, town, weekly_error

OWNERS = {"000": "A", "001": "A", "002": "B"}


def _owners(_day: dt.date) -> dict[str, str]:
    return OWNERS


def _no_owners(_day: dt.date) -> dict[str, str]:
    return {}


@pytest.fixture(scope="module")
def made() -> pl.DataFrame:
    return forecasts(drawn(1), _owners, origins=40, apart=2)


def _sums(rows: pl.DataFrame, *by: str) -> pl.DataFrame:
    keys = ["grain", "is_backtest", "origin_on", "starts_on", *by]
    return rows.group_by(keys).agg(pl.col("expected", "expected_citizen", "actual").sum()).sort(keys)


@pytest.mark.parametrize(("level", "by"), [("city", []), ("street", ["street_code"]), ("class", ["event_class"])])
def test_streets_and_classes_add_up(made: pl.DataFrame, level: str, by: list[str]) -> None:
    parts, whole = (_sums(made.filter(level=one), *by) for one in ("street_class", level))
    for column in ("expected", "expected_citizen", "actual"):
        np.testing.assert_allclose(parts[column].to_numpy(), whole[column].to_numpy())


def test_squads_add_up_to_the_city_and_streets_without_one_are_told(made: pl.DataFrame) -> None:
    squads = made.filter(level="squad")
    assert set(squads["squad_id"]) == {"A", "B", "unassigned"}
    np.testing.assert_allclose(_sums(squads)["expected"], _sums(made.filter(level="city"))["expected"])


def test_what_is_ahead_is_a_week_of_days_and_twelve_weeks(made: pl.DataFrame) -> None:
    ahead = made.filter(~pl.col("is_backtest"), level="city").sort("grain", "starts_on")
    last = drawn(1).last
    days, weeks = (ahead.filter(grain=grain)["starts_on"].to_list() for grain in ("day", "week"))
    assert days == [last + dt.timedelta(days=n) for n in range(1, 8)]
    assert len(weeks) == 12 and {day.weekday() for day in weeks} == {0} and weeks[0] <= last + dt.timedelta(days=1)
    assert ahead["actual"].null_count() == len(ahead)


def test_a_forecast_knows_nothing_of_what_came_later() -> None:
    past = drawn(2, days=700)
    day = past.first + dt.timedelta(days=500)
    other = past.counts.copy()
    other[:, :, :, 501:] = 50
    np.testing.assert_array_equal(model.forecast(past.until(day), 14), model.forecast(town(other).until(day), 14))


def test_a_campaign_is_not_known_before_it_begins() -> None:
    past = drawn(2, days=400)
    begins = past.first + dt.timedelta(days=300)
    told = History(past.first, past.counts, past.streets, past.classes, past.calendar, ((0, begins, begins),))
    assert told.until(begins - dt.timedelta(days=1)).campaigns == ()
    assert told.until(begins).campaigns == told.campaigns


def test_holidays_ahead_are_quiet_days() -> None:
    true = rates(5, 3, 900, 20)
    past = town(np.random.default_rng(3).poisson(true[:, :, :, :800]).astype(float))
    ahead = model.forecast(past, 100).sum(axis=(0, 1, 2))
    free = [n for n in range(100) if FIRST + dt.timedelta(days=800 + n) in HOLIDAYS]
    mondays = [n for n in range(100) if (FIRST + dt.timedelta(days=800 + n)).weekday() == 0 and n not in free]
    assert free
    assert 0.25 < ahead[free].mean() / ahead[mondays].mean() < 0.45


def test_a_new_street_is_forecast_by_what_it_has_had_since_it_is_there() -> None:
    true = rates(5, 3, 800, 10)
    counts = np.random.default_rng(4).poisson(true).astype(float)
    counts[:, 1, :, :772] = 0  # for four weeks only
    ahead = by_week(model.forecast(town(counts), 7)).sum(axis=(0, 2))[:, 0]
    had = counts[:, 1, :, -28:].sum() / 4
    assert ahead[1] == pytest.approx(had, rel=0.35)


def test_a_street_without_a_case_is_expected_to_have_few_and_not_none() -> None:
    counts = np.random.default_rng(5).poisson(rates(5, 3, 400, 5)).astype(float)
    counts[:, 4] = 0
    ahead = model.forecast(town(counts), 7).sum(axis=(0, 2, 3))
    assert 0 < ahead[4] < 0.02 * ahead.sum()


def test_the_season_is_found_in_thin_classes_too() -> None:
    true = rates(5, 3, 1100 + 84, 0.5)
    past = town(np.random.default_rng(6).poisson(true[:, :, :, :1100]).astype(float))
    ahead = model.forecast(past, 84).sum(axis=(0, 1))
    np.testing.assert_allclose(ahead.sum(axis=1), true[:, :, :, 1100:].sum(axis=(0, 1, 3)), rtol=0.2)


def test_weeks_are_forecast_far_better_than_by_the_seasonal_naive_rule(made: pl.DataFrame) -> None:
    tried = made.filter(pl.col("is_backtest") & pl.col("naive").is_not_null(), grain="week")
    for level in ("city", "street", "class", "street_class"):
        rows = tried.filter(level=level)
        assert weekly_error(rows, "likely") < 0.85 * weekly_error(rows, "naive"), level


def test_intervals_hold_four_fifths_of_what_came(made: pl.DataFrame) -> None:
    tried = made.filter(pl.col("is_backtest") & (pl.col("expected") >= 1), level="street_class")
    for grain in ("day", "week"):
        held = tried.filter(grain=grain).select(pl.col("actual").is_between("low", "high").mean()).item()
        assert 0.75 <= held <= 0.85, grain


def test_before_eight_weeks_nothing_is_said() -> None:
    assert len(forecasts(None, _no_owners)) == 0
    young = forecasts(drawn(7, days=FEWEST_WEEKS * 7 - 1), _no_owners)
    assert len(young) == 0 and young.schema == SCHEMA
    assert len(forecasts(drawn(7, days=FEWEST_WEEKS * 7), _no_owners)) > 0


def test_a_town_of_one_case_is_forecast() -> None:
    counts = np.zeros((2, 1, 1, 60))
    counts[1, 0, 0, 3] = 1
    rows = forecasts(town(counts), _no_owners)
    assert 0 < rows.filter(level="city", grain="week")["expected"].min() < 1


def test_tables_become_arrays_that_begin_on_a_monday() -> None:
    cases = pl.DataFrame(
        {
            "day": [dt.date(2017, 9, 20), dt.date(2017, 9, 20), dt.date(2017, 9, 26)], "street_code": ["b", "a", "b"],
            "event_class": ["S.01"] * 3, "is_public": [True, False, False], "cases": [2, 3, 9],
        }
    )  # fmt: skip
    days = pl.DataFrame({"date_on": [dt.date(2017, 9, 1)], "is_workday": [True]})
    none = pl.DataFrame(schema={"event_class": pl.String, "starts_on": pl.Date, "ends_on": pl.Date})
    past = history(cases, days, none, ["c"], dt.date(2017, 9, 25))
    assert past is not None
    assert (past.first, past.last, past.streets) == (dt.date(2017, 9, 18), dt.date(2017, 9, 25), ["a", "b", "c"])
    assert past.counts.sum() == 5 and past.counts[0, 1, 0, 2] == 2 and past.counts[1, 0, 0, 2] == 3
    assert history(cases, days, none, [], dt.date(2017, 1, 1)) is None


@given(st.lists(st.tuples(st.floats(1e-6, 500), st.integers(0, 1000)), max_size=60), st.floats(0, 1e4))
def test_an_interval_lies_around_what_is_expected(seen: list[tuple[float, int]], asked: float) -> None:
    expected, actual = (np.array([one[at] for one in seen], dtype=float) for at in (0, 1))
    low, high = widths(expected, actual).around(np.array([asked]))
    assert 0 <= low[0] <= asked <= high[0]


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=40))
def test_the_regression_settles_whatever_is_counted(counted: list[int]) -> None:
    terms = np.stack([np.ones(len(counted)), np.arange(len(counted)) % 2], axis=1)
    found = fit(terms, np.array(counted, dtype=float), np.ones(len(counted)), np.array([10.0, 0.5]))
    # The likelihood's own equation for the level, up to what was believed of it beforehand.
    assert found.rates(terms).sum() == pytest.approx(
        sum(counted), abs=0.02 * abs(found.coefficients[0]) + 1e-3 + 1e-4 * sum(counted)
    )
