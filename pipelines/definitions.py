"""The one assembly of the warehouse's assets, jobs, schedules and resources; used alike by tests, command line and Dagster.

`dagster dev -m pipelines.definitions` loads `defs`. Importing this module reads nothing and writes nothing: the profile
and dbt's manifest are looked at when the definitions are built.
"""

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg

from pipelines.city import City, load_city
from pipelines.orchestration import arrivals, checks, copies, feeds, freshness, jobs, models, releases, review, upkeep
from pipelines.orchestration.failures import AWAY
from pipelines.orchestration.manifest import prepare_manifest
from pipelines.orchestration.partitions import daily
from pipelines.orchestration.resources import dbt_resource
from pipelines.orchestration.turn import warehouse_resource
from pipelines.settings import Settings, get_settings


def build_defs(
    *,
    settings: Settings | None = None,
    city: City | None = None,
    manifest: Path | None = None,
    retries: dg.RetryPolicy = AWAY,
    resources: Mapping[str, Any] | None = None,
) -> dg.Definitions:
    """Everything of one city in one home. Each argument replaces what the environment says; `resources` is dbt."""
    # Dagster calls backfill policies beta; single-run backfills are what one night for many days needs, and the pin holds.
    warnings.filterwarnings("ignore", category=dg.BetaWarning, message=".*backfill_policy.*")
    settings = settings or get_settings()
    city = city or load_city(settings)
    manifest = manifest or prepare_manifest(settings, city)
    days = daily(city)
    built = models.model_assets(manifest, days)
    nightly, arriving = jobs.nightly_job(), jobs.arrivals_job(city)
    return dg.Definitions(
        assets=[
            *feeds.external_assets(city),
            feeds.reference_assets(days, retries),
            *feeds.feed_assets(city, days, retries),
            built,
            releases.release_asset(manifest, built, days, freshness.nightly(city)),
            *copies.postgres_assets(settings, days, retries),
            upkeep.upkeep_asset(days, retries),
        ],
        asset_checks=checks.conservation_checks(city),
        jobs=[nightly, arriving],
        schedules=[jobs.nightly_schedule(nightly)],
        sensors=[
            arrivals.arrivals_sensor(settings, city, arriving),
            *review.alert_sensors(settings, city, [nightly, arriving]),
        ],
        resources={"warehouse": warehouse_resource(settings, city), **(resources or {"dbt": dbt_resource()})},
        executor=dg.in_process_executor,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What `dagster dev -m pipelines.definitions` loads: the city and the home of the environment."""
    return build_defs()
