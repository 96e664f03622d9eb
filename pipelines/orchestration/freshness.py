"""Freshness as Dagster shows it: of the night by a policy, of the data by an asset check.

Every night materialises every feed, also one that brought nothing. So Dagster's own policy, which goes by materialisations, says whether
the night has run; whether the data are late is judged by their newest record, within the feed's step, without the daemon.
"""

import datetime as dt
from typing import Any

import dagster as dg

from pipelines.city import City, Freshness
from pipelines.landing.standing import standing_of
from pipelines.landing.store import read_connection
from pipelines.orchestration.resources import Warehouse

CHECK = "freshness"

#: The night begins at 02:00 and takes minutes; by six somebody may still mend it before offices open.
_DEADLINE = "0 6 * * *"


def nightly(city: City) -> dg.FreshnessPolicy:
    """Of what every night makes anew: it must have run by six in the morning, on the city's clock."""
    return dg.FreshnessPolicy.cron(
        deadline_cron=_DEADLINE, lower_bound_delta=dt.timedelta(days=1), timezone=city.facts.time_zone
    )


def spec(raw: dg.AssetKey, rhythm: Freshness) -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(
        CHECK, asset=raw, blocking=False,
        description="最新记录是否迟到（只提醒，不阻断）/ whether the newest record is late; warns, never blocks",
        metadata=rhythm.model_dump(exclude_none=True),
    )  # fmt: skip


def judged(warehouse: Warehouse, raw: dg.AssetKey, rhythm: Freshness, day: dt.date) -> dg.AssetCheckResult:
    """The feed's newest record against the night's date."""
    with read_connection(warehouse.settings, warehouse.city.facts.time_zone) as connection:
        standing = standing_of(connection, raw.path[-1], day)
    judgement = rhythm.judge(standing.newest_on, day)
    told: dict[str, Any] = {
        "state": judgement.state,
        "newest_record_on": _said(judgement.newest_on),
        "last_batch_for": _said(standing.batch_for_on),
        "expected_on": _said(judgement.expected_on),
        "days_late": judgement.days_late if judgement.days_late is not None else "–",
    }
    return dg.AssetCheckResult(
        asset_key=raw, check_name=CHECK, passed=judgement.is_fresh, severity=dg.AssetCheckSeverity.WARN, metadata=told
    )


def _said(day: dt.date | None) -> str:
    return day.isoformat() if day else "–"
