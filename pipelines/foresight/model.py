"""The forecast itself: how much of each class the city has on a day, and which share of it each street has.

Single series are far too thin to be fitted alone (most streets have less than one case of a class in a week). So the city's rhythm is
fitted once for all (weekday, holidays, make-up workdays), the season and level of each class as far as its own cases support them
(a regression that holds thin classes near the common season), and streets take shares that are
pulled towards the street's share of everything. Streets and classes add up to the city by construction. Sources are fitted apart.
"""

import datetime as dt

import numpy as np

from pipelines.foresight.history import WEEK, Floats, History, by_week
from pipelines.foresight.regression import fit

#: Chosen by the rolling backtest that docs/decisions/ tells of; flat around these values.
HALF_LIFE_DAYS = 730
#: What a share is believed to be before the first case is seen, in cases.
CASES_BELIEVED_OF_A_CLASS, CASES_BELIEVED_OF_A_STREET = 8.0, 5.0
#: How far coefficients are believed to lie from zero, as logarithms of a factor: a level may be anything.
SPREAD = {
    "level": 10.0,
    "weekday": 1.0,
    "season": 0.5,
    "own_season": 0.4,
    "trend": 0.2,
    "own_trend": 0.1,
    "campaign": 0.3,
}
#: A season needs a year to be told from a level, a trend two to be told from a season.
DAYS_FOR_A_SEASON, DAYS_FOR_A_TREND = 365, 730
HARMONICS = 2
_YEAR = 365.25


def forecast(past: History, days: int) -> Floats:
    """Expected cases [source, street, class, day] of so many days after the past. No case at all of a source: zeros."""
    found = np.zeros((*past.counts.shape[:3], days))
    for source, counts in enumerate(past.counts):
        if counts.sum() > 0:
            found[source] = shares(counts)[:, :, None] * _by_class(past, counts.sum(axis=0), days)[None]
    return found


def shares(counts: Floats) -> Floats:
    """Shares [street, class] of each class's cases; they add up to one over the streets. `counts` [street, class, day].

    A street counts from its first case, so that one that is new is not held to be quiet. One without a case yet has a little of
    everything.
    """
    weights = _decay(counts.shape[2])
    has_begun = np.maximum.accumulate(counts.sum(axis=1) > 0, axis=1)
    has_begun[~has_begun[:, -1]] = True
    seen = (counts * weights).sum(axis=2)
    city = np.einsum("cd,sd->sc", counts.sum(axis=0) * weights, has_begun.astype(float))
    believed = CASES_BELIEVED_OF_A_STREET
    of_all = (seen.sum(axis=1) + believed / len(seen)) / (city.sum(axis=1) + believed)
    found: Floats = (seen + CASES_BELIEVED_OF_A_CLASS * of_all[:, None]) / (city + CASES_BELIEVED_OF_A_CLASS)
    found /= found.sum(axis=0)
    return found


def _by_class(past: History, counts: Floats, days: int) -> Floats:
    """Expected cases [class, day] of the city after the past; `counts` [class, day] of the past."""
    rhythm = _rhythm(past, counts.sum(axis=0), days)
    known = counts.shape[1] // WEEK * WEEK
    start = counts.shape[1] - known
    cases, exposure = by_week(counts[:, start:]), by_week(rhythm[start : start + known])
    weeks = by_week(np.arange(start, start + known, dtype=float)) / WEEK
    terms, spread = _terms(past, np.concatenate([weeks, np.arange(past.days, past.days + days)]), len(counts))
    fitted = fit(
        terms[:, : len(weeks)].reshape(-1, terms.shape[2]),
        (cases / exposure).ravel(),
        np.tile(exposure * _decay(known)[WEEK // 2 :: WEEK], len(counts)),
        spread,
    )
    found: Floats = fitted.rates(terms[:, len(weeks) :]) * rhythm[-days:]
    return found


def _rhythm(past: History, counts: Floats, days: int) -> Floats:
    """How busy each day is for its weekday and holidays, past and ahead; `counts` [day] of the whole city."""
    span = past.days + days
    weekday = (past.first.weekday() + np.arange(span)) % WEEK
    works = past.calendar.from_day(past.first, span)
    daily = np.stack(
        [*(weekday == n for n in range(1, WEEK)), (weekday < WEEK - 2) & ~works, (weekday >= WEEK - 2) & works], axis=1
    ).astype(float)
    slow, spread = _season_and_trend(past, np.arange(span, dtype=float), "season", "trend")
    terms = np.concatenate([daily, np.ones((span, 1)), slow], axis=1)
    fitted = fit(
        terms[: past.days], counts, _decay(past.days),
        np.array([*[SPREAD["weekday"]] * daily.shape[1], SPREAD["level"], *spread]),
    )  # fmt: skip
    found: Floats = np.exp(daily @ fitted.coefficients[: daily.shape[1]])
    return found


def _terms(past: History, days: Floats, classes: int) -> tuple[Floats, Floats]:
    """What the regression knows of each class and day [class, day, term], and the spread of each term.

    The common season, then for each class its level and its own season, at last whether a campaign was on. `days` are places in time,
    counted from the history's first day; a week stands for its middle.
    """
    common, of_common = _season_and_trend(past, days, "season", "trend")
    own, of_own = _season_and_trend(past, days, "own_season", "own_trend")
    own, of_own = np.concatenate([np.ones((len(days), 1)), own], axis=1), [SPREAD["level"], *of_own]
    found = np.zeros((classes, len(days), common.shape[1] + classes * own.shape[1] + 1))
    found[:, :, : common.shape[1]] = common
    for at in range(classes):
        start = common.shape[1] + at * own.shape[1]
        found[at, :, start : start + own.shape[1]] = own
    for at, begins, ends in past.campaigns:
        found[at, (days >= (begins - past.first).days) & (days <= (ends - past.first).days), -1] = 1
    return found, np.array([*of_common, *of_own * classes, SPREAD["campaign"]])


def _season_and_trend(past: History, days: Floats, season: str, trend: str) -> tuple[Floats, list[float]]:
    start = (past.first - dt.date(past.first.year, 1, 1)).days
    angle = (start + days) * 2 * np.pi / _YEAR
    terms, spread = [], []
    if past.days >= DAYS_FOR_A_SEASON:
        terms += [turn(n * angle) for n in range(1, HARMONICS + 1) for turn in (np.sin, np.cos)]
        spread += [SPREAD[season]] * len(terms)
    if past.days >= DAYS_FOR_A_TREND:
        terms.append((days - past.days) / _YEAR)
        spread.append(SPREAD[trend])
    return (np.stack(terms, axis=1) if terms else np.zeros((len(days), 0))), spread


def _decay(days: int) -> Floats:
    """Weights [day]: one for the last day, half for one that is a half-life older."""
    found: Floats = 0.5 ** (np.arange(days)[::-1] / HALF_LIFE_DAYS)
    return found
