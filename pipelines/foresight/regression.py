"""Poisson regression whose coefficients have a spread that is believed beforehand: thin data stay near what is common, thick data speak.

Belongs here: the one numerical method that the forecast leans on; what the terms mean stands in `model`.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve

from pipelines.foresight.history import Floats

_STEPS, _HALVINGS, _CLOSE = 60, 30, 1e-9
#: exp() of more is no rate of anything that is counted here.
_LARGEST = 30.0


@dataclass(frozen=True)
class Fit:
    """Coefficients [term]."""

    coefficients: Floats

    def rates(self, terms: Floats) -> Floats:
        """Rates of rows [..., term]."""
        found: Floats = np.exp(np.minimum(terms @ self.coefficients, _LARGEST))
        return found


def fit(terms: Floats, rates: Floats, exposure: Floats, spread: Floats) -> Fit:
    """Newton's method for `rates` [row] seen over `exposure` [row], so that cases = rates × exposure; `spread` [term] are the standard
    deviations that coefficients are believed to have around zero. The penalised likelihood is strictly concave: there is one answer.

    Raises RuntimeError where it is not reached, which no finite input should bring about.
    """
    precision = 1 / spread**2
    at = np.zeros(terms.shape[1])
    value = _loss(terms, rates, exposure, precision, at)
    for _ in range(_STEPS):
        expected = np.exp(np.minimum(terms @ at, _LARGEST)) * exposure
        slope = terms.T @ (expected - rates * exposure) + precision * at
        curve = (terms * expected[:, None]).T @ terms + np.diag(precision)
        step = solve(curve, slope, assume_a="pos")
        if slope @ step < _CLOSE * max(1.0, abs(value)):
            return Fit(at)
        for _ in range(_HALVINGS):
            tried = _loss(terms, rates, exposure, precision, at - step)
            if tried < value:
                break
            step = step / 2
        else:
            return Fit(at)  # as near as numbers of this size can be told apart
        at, value = at - step, tried
    raise RuntimeError("the regression has not settled")


def _loss(terms: Floats, rates: Floats, exposure: Floats, precision: Floats, at: Floats) -> float:
    eta = np.minimum(terms @ at, _LARGEST)
    return float(exposure @ (np.exp(eta) - rates * eta) + 0.5 * precision @ at**2)
