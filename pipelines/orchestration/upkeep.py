"""The home's upkeep as the last step of a night: what it removed is told to Dagster as any other step's work."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import dagster as dg

from pipelines.orchestration import metadata
from pipelines.orchestration.failures import speaks_plainly
from pipelines.orchestration.feeds import WRITE_POOL
from pipelines.orchestration.history import forget_old_runs
from pipelines.orchestration.partitions import as_of
from pipelines.orchestration.releases import RELEASE
from pipelines.orchestration.resources import Warehouse
from pipelines.upkeep.tidy import tidy

UPKEEP = dg.AssetKey(["release", "upkeep"])


def upkeep_asset(days: dg.PartitionsDefinition[Any], retries: dg.RetryPolicy) -> dg.AssetsDefinition:
    """Behind the release: a night that published nothing removes nothing."""

    @dg.asset(
        key=UPKEEP,
        deps=[RELEASE],
        group_name="release",
        kinds={"duckdb"},
        description="整理：旧发布版、到期的落地副本和保险库文件、残留文件、旧运行记录、空闲块 / upkeep: old releases, files past their retention, leftovers, old runs, free blocks",
        partitions_def=days,
        backfill_policy=dg.BackfillPolicy.single_run(),
        retry_policy=retries,
        pool=WRITE_POOL,
    )
    @speaks_plainly
    def upkeep(context: dg.AssetExecutionContext, warehouse: dg.ResourceParam[Warehouse]) -> Iterator[Any]:
        done = tidy(warehouse.settings, warehouse.city, as_of(context))
        forgotten = forget_old_runs(warehouse.settings, context.instance, dt.datetime.now(dt.UTC))
        rows = [(one.feed, one.what, one.source, str(one.loaded_for_on), one.rule, one.size) for one in done.files]
        yield dg.MaterializeResult(
            metadata={
                "releases_removed": len(done.releases),
                "leftovers_removed": len(done.leftovers),
                "runs_forgotten": len(forgotten),
                "files_removed": len(done.files),
                "bytes_removed": sum(one.size for one in done.files),
                "bytes_compacted": done.compacted.before - done.compacted.after if done.compacted else 0,
                **(
                    {"files": metadata.table(("feed", "what", "source", "night", "rule", "bytes"), rows)}
                    if rows
                    else {}
                ),
            }
        )

    return upkeep
