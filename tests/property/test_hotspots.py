"""Hotspots in a seeded town: a planted outbreak is flagged within three days, quiet weeks stay quiet, and states are told apart."""

import datetime as dt

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from pipelines.foresight.history import Floats
from pipelines.foresight.hotspots import SCHEMA, flagged, hotspots, looked_at, stretches, whole_weeks, zones

LAST = dt.date(2017, 9, 24)
SIDE, CLASSES, DAYS = 7, 4, 500
CELLS = [f"g{n:02d}" for n in range(SIDE * SIDE)]
PLACES = {cell: (87.0 + (n % SIDE) * 0.01, 44.0 + n // SIDE * 0.01) for n, cell in enumerate(CELLS)}
#: A cell and its two nearest ones: the outbreak's places.
ILL = [0, 1, 7]


def _quiet(seed: int, a_day: float = 1.0) -> Floats:
    """Cases [cell, class, day] of uneven cells under a season and weekends that all share."""
    chance = np.random.default_rng(seed)
    day = np.arange(DAYS)
    rhythm = np.exp(0.4 * np.sin(2 * np.pi * day / 365)) * np.where(day % 7 > 4, 0.6, 1.1)
    cells = chance.uniform(0.5, 1.5, size=(len(CELLS), 1, 1))
    cells[ILL] = 1
    return chance.poisson(a_day * cells * np.linspace(0.5, 1.5, CLASSES)[None, :, None] * rhythm).astype(float)


def _with_outbreak(seed: int, days: int, a_day: float = 1.0) -> Floats:
    """The last class has tripled in three cells for so many days up to the end."""
    counts = _quiet(seed, a_day)
    more = np.random.default_rng(1000 + seed).poisson(2 * a_day * 1.5, size=(len(ILL), days))
    counts[ILL, CLASSES - 1, DAYS - days :] += more
    return counts


def _alarms(counts: Floats, end: int = DAYS) -> set[tuple[int, int]]:
    found = flagged(looked_at(counts, zones(CELLS, PLACES), end))
    return set() if found.is_empty() else set(found.select("cell", "kind").iter_rows())


def test_an_outbreak_that_triples_in_three_cells_is_flagged_within_three_days() -> None:
    """A cell has three cases of the class a day; with fewer it takes longer (docs/foresight.md). Any of the three cells tells the duty officer where to look."""
    ill = {(cell, CLASSES - 1) for cell in ILL}
    towns = [_with_outbreak(seed, 3, 2) for seed in range(20)]
    seen = [any(ill & _alarms(counts, night) for night in range(DAYS - 2, DAYS + 1)) for counts in towns]
    assert np.mean(seen) >= 0.9


def test_an_outbreak_of_two_weeks_is_flagged_in_all_its_cells() -> None:
    for seed in range(5):
        assert {(cell, CLASSES - 1) for cell in ILL} <= _alarms(_with_outbreak(seed, 14))


@pytest.mark.parametrize("a_day", [0.05, 0.3, 1.0])
def test_in_quiet_weeks_less_than_one_cell_in_twenty_is_flagged(a_day: float) -> None:
    false = [cell for seed in range(10) for cell in {cell for cell, _ in _alarms(_quiet(seed, a_day))}]
    assert len(false) / (10 * len(CELLS)) <= 0.05


def test_a_class_that_grows_everywhere_is_no_hotspot() -> None:
    counts = _quiet(3)
    chance = np.random.default_rng(9)
    counts[:, 2, -7:] += chance.poisson(3 * counts[:, 2].mean(axis=1, keepdims=True), size=(len(CELLS), 7))
    assert not _alarms(counts)


def _cases(counts: Floats) -> pl.DataFrame:
    cell, kind, day = np.nonzero(counts)
    return pl.DataFrame(
        {
            "date_on": [LAST - dt.timedelta(days=int(DAYS - 1 - n)) for n in day], "grid_code": [CELLS[n] for n in cell],
            "event_class": [f"S.{n:02d}" for n in kind], "is_public": day % 4 == 0, "cases": counts[cell, kind, day].astype(int),
        }
    )  # fmt: skip


@pytest.mark.parametrize(("state", "first", "last"), [("emerging", 5, 0), ("persistent", 40, 0), ("fading", 40, 17)])
def test_emerging_persistent_and_fading_are_told_apart(state: str, first: int, last: int) -> None:
    counts = _quiet(4)
    counts[24, 1, DAYS - first : DAYS - last] += 8
    rows = hotspots(_cases(counts), PLACES, LAST).filter(grid_code="g24", event_class="S.01")
    assert rows["state"].to_list() == [state]
    assert rows.schema == SCHEMA
    assert rows["cases"][0] > 3 * rows["expected"][0] and rows["cases_citizen"][0] <= rows["cases"][0]


@given(st.integers(1, DAYS), st.integers(0, 60), st.integers(0, 10))
@hypothesis(max_examples=25, deadline=None)
def test_cases_of_days_that_are_never_told_apart_may_be_added_up_before(days: int, outbreak: int, seed: int) -> None:
    counts = _quiet(seed)
    counts[:, :, : DAYS - days] = 0
    counts[24, 1, DAYS - outbreak :] += 8
    cases = _cases(counts)
    first = cases["date_on"].min()
    assert isinstance(first, dt.date)
    since = stretches(first, LAST)
    assert len(set(since.values())) < 80
    added_up = (
        cases.with_columns(pl.col("date_on").replace_strict(since, default=None))
        .drop_nulls("date_on")
        .group_by("date_on", "grid_code", "event_class", "is_public")
        .agg(pl.col("cases").sum())
    )
    assert hotspots(added_up, PLACES, LAST).equals(hotspots(cases, PLACES, LAST))


@given(st.dates(dt.date(2016, 1, 1), dt.date(2018, 12, 31)), st.integers(0, 600))
def test_most_weeks_of_a_past_are_whole_and_all_their_days_of_one_stretch(last: dt.date, days: int) -> None:
    since = stretches(last - dt.timedelta(days=days), last)
    weeks = whole_weeks(since)
    for monday, stretch in weeks.items():
        assert monday.weekday() == 0
        assert {since[monday + dt.timedelta(days=at)] for at in range(7)} == {stretch}
    assert len(weeks) > 35 or days < DAYS


def test_what_came_after_the_day_does_not_count_and_a_short_past_says_nothing() -> None:
    counts = _with_outbreak(6, 14)
    cases = _cases(counts)
    assert hotspots(cases, PLACES, LAST - dt.timedelta(days=15)).filter(event_class="S.03", grid_code="g00").is_empty()
    young = cases.filter(pl.col("date_on") > LAST - dt.timedelta(days=40))
    assert hotspots(young, PLACES, LAST).is_empty()
    assert hotspots(cases.clear(), PLACES, LAST).is_empty()


def test_cells_without_a_place_are_looked_at_alone() -> None:
    alone, with_near = zones(CELLS, {cell: PLACES[cell] for cell in CELLS[1:]})
    assert alone.sum() == len(CELLS)
    assert with_near[0].sum() == 1 and (with_near[1:].sum(axis=1) == 3).all()
    assert not with_near[1:, 0].any()


def test_cases_of_no_cell_are_part_of_the_city_and_no_place() -> None:
    cases = _cases(_with_outbreak(8, 14)).with_columns(
        grid_code=pl.when(pl.col("grid_code").is_in(["g00", "g01", "g07"]))
        .then(pl.lit("unknown"))
        .otherwise("grid_code")
    )
    assert "unknown" not in hotspots(cases, PLACES, LAST)["grid_code"]
