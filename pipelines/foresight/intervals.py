"""Intervals that hold four fifths of what comes, learnt from the errors that the same forecast made before (split conformal prediction).

Belongs here: how wide an interval is. No distribution is believed: errors in units of the root of the expected count are sorted, apart for
thin and thick series, and the forecast takes over their quantiles.
"""

from dataclasses import dataclass

import numpy as np

from pipelines.foresight.history import Floats

#: The share of outcomes that an interval is to hold.
HELD = 0.8
#: Errors are pooled over series of about the same size, so many in a group.
_IN_A_GROUP, _MOST_GROUPS = 150, 12
_THINNEST = 1e-6
#: So far below that the interval begins at zero.
_TO_ZERO = -1e9


@dataclass(frozen=True)
class Widths:
    """For series up to `bounds` [group]: the interval is expected + (`below`, `above`) × its root."""

    bounds: Floats
    below: Floats
    above: Floats

    def around(self, expected: Floats) -> tuple[Floats, Floats]:
        """(low, high) of the shape of `expected`: never below zero, and always around what is expected."""
        group = np.searchsorted(self.bounds, expected.ravel()).reshape(expected.shape)
        root = np.sqrt(expected)
        low = np.clip(expected + self.below[group] * root, 0, expected)
        return low, np.maximum(expected + self.above[group] * root, expected)


def widths(expected: Floats, actual: Floats, together: int = 1) -> Widths:
    """Learnt from forecasts that are over. Without any, as for a Poisson count of that size.

    So many errors as `together` come from one origin and say little more than one of them.
    """
    expected, actual = expected.ravel(), actual.ravel()
    groups = int(np.clip(len(expected) // _IN_A_GROUP, 1, _MOST_GROUPS))
    bounds = np.quantile(expected, np.linspace(0, 1, groups + 1)[1:-1]) if len(expected) else np.zeros(0)
    if not len(expected):
        return Widths(bounds, np.array([-_NORMAL]), np.array([_NORMAL]))
    found = [
        _width(expected[chosen], actual[chosen], together)
        for chosen in _each(np.searchsorted(bounds, expected), groups)
    ]
    return Widths(bounds, np.array([low for low, _ in found]), np.array([high for _, high in found]))


#: Half the width of an interval of 80 % of a normal distribution, in standard deviations.
_NORMAL = 1.2816


def _each(group: np.ndarray, groups: int) -> list[np.ndarray]:
    return [group == at for at in range(groups)]


def _width(expected: Floats, actual: Floats, together: int) -> tuple[float, float]:
    if not len(expected):
        return -_NORMAL, _NORMAL
    errors = (actual - expected) / np.sqrt(np.maximum(expected, _THINNEST))
    # Where nothing happens more often than an interval may miss, none can leave zero out: all that it misses lies above.
    missed = 1 - HELD
    if np.mean(actual == 0) > missed / 2:
        return _TO_ZERO, _quantile(errors, HELD, together)
    return -_quantile(-errors, 1 - missed / 2, together), _quantile(errors, 1 - missed / 2, together)


def _quantile(errors: Floats, share: float, together: int) -> float:
    """With the correction for a finite sample: the next outcome is one more than those that were seen."""
    seen = max(1.0, len(errors) / together)
    return float(np.quantile(errors, min(1.0, share * (1 + 1 / seen)), method="higher"))
