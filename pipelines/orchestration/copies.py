"""Copies of the release elsewhere, as assets behind it: there only where the installation asks for them.

A copy that fails leaves the release as it is and current; the run fails, and so the person on call is told.
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from pipelines.bi import postgres
from pipelines.orchestration.failures import speaks_plainly
from pipelines.orchestration.releases import RELEASE
from pipelines.orchestration.resources import Warehouse
from pipelines.publish.release import current_release
from pipelines.settings import Settings

POSTGRES = dg.AssetKey(["release", "postgres"])


def postgres_assets(
    settings: Settings, days: dg.PartitionsDefinition[Any], retries: dg.RetryPolicy
) -> list[dg.AssetsDefinition]:
    """The copy in PostgreSQL, if CHENGGUAN_PUBLISH_POSTGRES names a database."""
    url = settings.publish_postgres
    if url is None:
        return []

    @dg.asset(
        key=POSTGRES,
        deps=[RELEASE],
        group_name="release",
        kinds={"postgres"},
        description="当前发布版在 PostgreSQL 中的副本，一个事务内整体替换 / the current release in PostgreSQL, replaced in one transaction",
        partitions_def=days,
        backfill_policy=dg.BackfillPolicy.single_run(),
        retry_policy=retries,
    )
    @speaks_plainly
    def copy_in_postgres(warehouse: dg.ResourceParam[Warehouse]) -> Iterator[Any]:
        release = current_release(warehouse.settings)
        assert release is not None
        copied = postgres.publish(url.get_secret_value(), release.path)
        yield dg.MaterializeResult(
            metadata={
                "release": copied.release,
                "outcome": copied.outcome,
                "place": copied.place,
                "tables": copied.tables,
                "rows": copied.rows,
                "seconds": copied.seconds,
            }
        )

    return [copy_in_postgres]
