"""Every metric a second time: {metric: {(month, squad): value}} for all sums; a ratio follows from its two.

Belongs here: gathering the rooms, and the sums that the recomputed marts hold already. The squad is '' where a metric has none.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable
from decimal import Decimal

from tests.pipeline.recompute.calls import calls
from tests.pipeline.recompute.city import City
from tests.pipeline.recompute.duties import duties
from tests.pipeline.recompute.mechanism import mechanism
from tests.pipeline.recompute.powers import powers
from tests.pipeline.recompute.records import Landing
from tests.pipeline.recompute.standing import hotline_metrics, platform_metrics
from tests.pipeline.recompute.team import team_metrics
from tests.pipeline.recompute.work import demolition

Sums = dict[str, dict[tuple[dt.date, str], Decimal | int]]


def _demolitions(landing: Landing, city: City, day: dt.date) -> Sums:
    names = ("found_cases", "urban_found_cases", "new_found_cases", "demolition_events", "demolished_area_m2")
    sums: Sums = {name: defaultdict(int) for name in names}
    for month, _, squad, *values in demolition(landing, city, day):
        for name, value in zip(names, values, strict=True):
            sums[name][month, squad] += value
    return sums


def _quality(landing: Landing, _: City, day: dt.date) -> Sums:
    names = (
        "batches_loaded",
        "rows_read",
        "rows_loaded",
        "rows_quarantined",
        "rows_dismissed",
        "rows_replaced",
        "rows_open",
    )
    sums: Sums = {name: defaultdict(int) for name in names}
    for batch in landing.batches:
        if batch.loaded_for > day:
            continue
        month, read, loaded = batch.loaded_for.replace(day=1), landing.rows_of(batch), len(landing.accepted[batch.id])
        fates = Counter(landing.fate(batch, row, key, day) for row, key in landing.refused(batch))
        dismissed, replaced, still = (fates[fate] for fate in ("dismissed", "replaced", "open"))
        values = (1, read, loaded, read - loaded - dismissed, dismissed, replaced, still)
        for name, value in zip(names, values, strict=True):
            sums[name][month, ""] += value
    return sums


ROOMS: tuple[Callable[[Landing, City, dt.date], Sums], ...] = (
    _demolitions,
    _quality,
    team_metrics,
    duties,
    powers,
    mechanism,
    platform_metrics,
    hotline_metrics,
    calls,
)


def recomputed_metrics(landing: Landing, city: City, day: dt.date) -> Sums:
    """All sums of all rooms."""
    found: Sums = {}
    for room in ROOMS:
        sums = room(landing, city, day)
        assert not found.keys() & sums.keys(), "a metric is recomputed in one room"
        found |= sums
    return found
