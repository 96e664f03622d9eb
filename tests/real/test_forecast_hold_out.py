"""The forecast on years of a public export on which nothing was tuned: the newest two are left out, the two before them are forecast."""

import pytest

from bench.forecasts import LEVELS, errors, naive, ours, read
from pipelines.settings import PROJECT_ROOT

EXPORT = PROJECT_ROOT.parent / "shared/data/nyc311/animal_complaints.csv"
TUNED_ON = 104  # weeks

pytestmark = pytest.mark.skipif(
    not EXPORT.is_file(), reason="the real public files are not beside this checkout (../shared/data)"
)


def test_unseen_years_are_forecast_better_than_by_the_year_before_at_every_level() -> None:
    past = read(EXPORT, TUNED_ON)
    of_ours, of_naive = errors(past, ours), errors(past, naive)
    for level in LEVELS:
        assert of_ours.likely[level] < 0.85 * of_naive.likely[level], level
