"""Out of expectations and history come bounds: between which two numbers each measure of this batch should lie.

Belongs here: the arithmetic of bounds. It allows for chance, so that a share of a small batch is not held to what a large one reaches.
"""

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median, pstdev, quantiles

from pipelines.expectations import Expectation

#: Standard errors that chance is allowed, of shares and of counts.
CHANCE = 3.0
#: Batches of one weekday that make a usual of their own.
ENOUGH_OF_A_WEEKDAY = 4


@dataclass(frozen=True)
class Past:
    """One earlier batch of the same source: the day it was loaded for and its measures."""

    day: dt.date
    measures: Mapping[str, float]


@dataclass(frozen=True)
class Bound:
    """A measure, and between what it should lie (None: open on that side). `usual` is the middle of `batches` earlier ones."""

    measure: str
    severity: str
    low: float | None
    high: float | None
    usual: float | None = None
    batches: int = 0


def bounds(
    expectations: Sequence[Expectation], measures: Mapping[str, float], past: Sequence[Past], day: dt.date
) -> list[Bound]:
    """The bounds of all measures that the batch has. An expectation of history without enough of it says nothing yet."""
    found: list[Bound] = []
    for expectation in expectations:
        if measures.get("rows", 0) < expectation.only_if_rows:
            continue
        kind, _, name = expectation.measure.partition(":")
        named = [one for one in measures if one.partition(":")[0] == kind] if name == "*" else [expectation.measure]
        for measure in named:
            bound = _bound(expectation, measure, measures, past, day) if measure in measures else None
            if bound and (bound.low is not None or bound.high is not None):
                found.append(bound)
    return found


def _bound(
    expectation: Expectation, measure: str, measures: Mapping[str, float], past: Sequence[Past], day: dt.date
) -> Bound | None:
    low, high = expectation.at_least, expectation.at_most
    earlier = [(one.day, one.measures[measure]) for one in past if measure in one.measures]
    relative = (expectation.times_low, expectation.times_high, expectation.above_usual)
    if len(earlier) < expectation.history or all(one is None for one in relative):
        return Bound(measure, expectation.severity, low, high)
    same = [pair for pair in earlier if pair[0].weekday() == day.weekday()]
    knows_the_weekday = len(same) >= ENOUGH_OF_A_WEEKDAY
    values = [value for _, value in (same if expectation.by_weekday and knows_the_weekday else earlier)]
    usual = median(values)
    if usual < expectation.only_if_usual:
        return Bound(measure, expectation.severity, low, high)
    # While Sundays are not known yet, the quietest and the busiest tenth of all days stand for them.
    quiet, busy = (usual, usual) if not expectation.by_weekday or knows_the_weekday else _tenths(values)
    # Records come in bursts (a case brings its steps with it), so counts vary more than single events would.
    spread = max(math.sqrt(usual), pstdev(values)) if measure.startswith("rows") else 0.0
    chance = CHANCE * spread
    if expectation.times_low is not None and usual > 0:
        low = _larger(low, max(min(quiet * expectation.times_low, quiet - chance), 0.0))
    if expectation.times_high is not None and usual > 0:
        high = _smaller(high, max(busy * expectation.times_high, busy + chance))
    if expectation.above_usual is not None:
        top = _tenths(values)[1]
        high = _smaller(high, top + expectation.above_usual + _chance(measure, top, measures["rows"]))
    return Bound(measure, expectation.severity, low, high, usual, len(values))


def _tenths(values: Sequence[float]) -> tuple[float, float]:
    """What a tenth of the values lie below, and above. One odd batch does not move them."""
    if len(values) == 1:
        return values[0], values[0]
    tenths = quantiles(values, n=10, method="inclusive")
    return tenths[0], tenths[-1]


def _chance(measure: str, share: float, rows: float) -> float:
    """How far a share of so many rows may lie off by chance; that something never happened yet does not make it impossible."""
    if "share" not in measure:
        return 0.0
    likely = (min(share, 1.0) * rows + 1) / (rows + 2)
    return CHANCE * math.sqrt(likely * (1 - likely) / rows)


def _larger(one: float | None, other: float) -> float:
    return other if one is None else max(one, other)


def _smaller(one: float | None, other: float) -> float:
    return other if one is None else min(one, other)
