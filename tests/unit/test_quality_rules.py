"""Bounds come out of expectations and history, allow for chance, and find what is far from usual."""

import datetime as dt
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pipelines.expectations import ORDINARY, Expectation
from pipelines.quality.rules import Bound, Past, bounds

MONDAY = dt.date(2017, 9, 25)


def one(
    expectation: dict[str, object], observed: dict[str, float], past: list[Past], day: dt.date = MONDAY
) -> list[Bound]:
    return bounds([Expectation.model_validate(expectation)], observed, past, day)


def days(values: list[float], measure: str, last: dt.date = MONDAY) -> list[Past]:
    """A batch a day before `last`, the newest first."""
    return [Past(last - dt.timedelta(days=at + 1), {measure: value}) for at, value in enumerate(values)]


def broken(found: list[Bound], observed: dict[str, float]) -> list[str]:
    return [
        bound.measure for bound in found
        if (bound.low is not None and observed[bound.measure] < bound.low)
        or (bound.high is not None and observed[bound.measure] > bound.high)
    ]  # fmt: skip


def test_a_fixed_bound_holds_from_the_first_batch_on() -> None:
    found = one({"measure": "quarantined_share", "at_most": 0.5}, {"rows": 100, "quarantined_share": 0.6}, [])
    assert found == [Bound("quarantined_share", "warn", None, 0.5)]


def test_history_says_nothing_before_there_is_enough_of_it() -> None:
    volume = {"measure": "rows_per_day", "times_low": 0.5, "times_high": 2.0, "history": 8}
    seen = {"rows": 300.0, "rows_per_day": 300.0}
    assert one(volume, seen, days([300.0] * 7, "rows_per_day")) == []
    assert len(one(volume, seen, days([300.0] * 8, "rows_per_day"))) == 1


def test_a_tenfold_day_and_an_empty_day_are_out_of_bounds_and_a_busy_one_is_not() -> None:
    volume = {"measure": "rows_per_day", "times_low": 0.4, "times_high": 2.5}
    past = days([300.0, 280.0, 320.0, 310.0] * 5, "rows_per_day")
    for rows, wanted in ((3000.0, ["rows_per_day"]), (10.0, ["rows_per_day"]), (600.0, []), (150.0, [])):
        seen = {"rows": rows, "rows_per_day": rows}
        assert broken(one(volume, seen, past), seen) == wanted


def test_a_sunday_is_held_against_sundays() -> None:
    past = [
        Past(day, {"rows_per_day": 20.0 if day.weekday() == 6 else 300.0})
        for day in (MONDAY - dt.timedelta(days=at) for at in range(1, 60))
    ]
    volume = {"measure": "rows_per_day", "times_low": 0.4, "by_weekday": True}
    seen = {"rows": 20.0, "rows_per_day": 20.0}
    sunday = MONDAY - dt.timedelta(days=1)
    assert broken(one(volume, seen, past, sunday), seen) == []
    assert broken(one(volume, seen, past, MONDAY), seen) == ["rows_per_day"]


def test_one_bad_batch_of_the_past_does_not_make_the_next_one_usual() -> None:
    past = days([0.0] * 20 + [1.0], "unknown_share:street_code")
    seen = {"rows": 200.0, "unknown_share:street_code": 0.5}
    found = one({"measure": "unknown_share:street_code", "above_usual": 0.05}, seen, past)
    assert broken(found, seen) == ["unknown_share:street_code"]


def test_a_star_stands_for_every_field_that_was_measured() -> None:
    seen = {"rows": 100.0, "empty_share:a": 0.1, "empty_share:b": 0.2}
    found = one({"measure": "empty_share:*", "at_most": 0.5}, seen, [])
    assert [bound.measure for bound in found] == ["empty_share:a", "empty_share:b"]


def test_small_batches_are_left_alone_where_the_expectation_says_so() -> None:
    seen = {"rows": 5.0, "quarantined_share": 1.0}
    assert one({"measure": "quarantined_share", "at_most": 0.5, "only_if_rows": 20}, seen, []) == []


@given(st.integers(0, 10_000), st.floats(0.01, 0.6), st.integers(20, 2_000))
def test_chance_alone_seldom_breaks_a_bound_of_a_share(seed: int, share: float, rows: int) -> None:
    rng = random.Random(seed)
    drawn = [sum(rng.random() < share for _ in range(rows)) / rows for _ in range(13)]
    seen = {"rows": float(rows), "empty_share:x": drawn[0]}
    found = one({"measure": "empty_share:x", "above_usual": 0.15}, seen, days(drawn[1:], "empty_share:x"))
    assert broken(found, seen) == []


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"measure": "rows_per_week", "at_least": 1}, "no measure 'rows_per_week'"),
        ({"measure": "rows:street_code", "at_least": 1}, "rows is no measure of a field"),
        ({"measure": "empty_share", "at_most": 1}, "write empty_share:<field>"),
        ({"measure": "rows"}, "needs one of at_least"),
        ({"measure": "rows", "at_least": 1, "severity": "panic"}, "'block' or 'warn'"),
    ],
)
def test_an_expectation_that_says_nothing_or_of_nothing_is_refused(said: dict[str, object], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        Expectation.model_validate(said)


def test_the_ordinary_suite_blocks_only_where_bounds_are_wide() -> None:
    blocking = {e.measure: e for e in ORDINARY if e.severity == "block"}
    for warning in (e for e in ORDINARY if e.severity == "warn" and e.measure in blocking):
        block = blocking[warning.measure]
        for high in ("at_most", "times_high", "above_usual"):
            stop, tell = getattr(block, high), getattr(warning, high)
            assert stop is None or tell is None or stop >= tell
