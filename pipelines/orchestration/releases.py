"""The release as an asset: published when all models are built and all blocking checks have passed."""

import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

import dagster as dg

from pipelines.orchestration import metadata
from pipelines.orchestration.checks import outcome_of
from pipelines.orchestration.failures import speaks_plainly
from pipelines.orchestration.feeds import WRITE_POOL
from pipelines.orchestration.partitions import as_of
from pipelines.orchestration.resources import Warehouse
from pipelines.publish import release
from pipelines.publish.contents import load_manifest, served_tables

RELEASE = dg.AssetKey(["release", "current"])


def release_asset(
    manifest_file: Any, models: dg.AssetsDefinition, days: dg.PartitionsDefinition[Any], policy: dg.FreshnessPolicy
) -> dg.AssetsDefinition:
    """Depends on every served table and on every mart."""
    manifest = load_manifest(manifest_file)
    served = {(table.schema, table.name) for table in served_tables(manifest)}
    deps = [key for key in models.keys if tuple(key.path[-2:]) in served]

    @dg.asset(
        key=RELEASE,
        deps=deps,
        group_name="release",
        freshness_policy=policy,
        kinds={"duckdb", "parquet"},
        description="发布版：不可变；`current` 指向读者所用的一版 / immutable; `current` leads readers to theirs",
        partitions_def=days,
        backfill_policy=dg.BackfillPolicy.single_run(),
        pool=WRITE_POOL,
    )
    @speaks_plainly
    def current_release(context: dg.AssetExecutionContext, warehouse: dg.ResourceParam[Warehouse]) -> Iterator[Any]:
        started = time.perf_counter()
        info = release.publish(warehouse.settings, warehouse.city, as_of(context), _checks(context), manifest=manifest)
        rows = sorted(info.tables.items())
        yield dg.MaterializeResult(
            metadata={
                "release": info.id,
                "outcome": info.outcome or "",
                "is_current": info.is_current,
                "path": dg.MetadataValue.path(str(info.path)),
                "content_digest": info.content_digest,
                "tables": metadata.table(("table", "rows"), rows),
                "seconds": round(time.perf_counter() - started, 2),
            }
        )

    return current_release


def _checks(context: dg.AssetExecutionContext) -> dict[str, Any]:
    """How this run's asset checks went, by the event log: a release says what it was held against. `warned` are names."""
    counted: Counter[str] = Counter()
    warned: list[str] = []
    of_feeds: dict[str, Counter[str]] = defaultdict(Counter)
    for entry in context.instance.all_logs(context.run.run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION):
        evaluation = entry.get_dagster_event().asset_check_evaluation_data
        outcome = outcome_of(evaluation)
        counted[outcome] += 1
        if outcome == "warned":
            warned.append(f"{evaluation.asset_key.to_user_string()}: {evaluation.check_name}")
        if evaluation.asset_key.path[0] == "raw":
            of_feeds[evaluation.asset_key.path[-1]][outcome] += 1
    return {
        "run_id": context.run.run_id,
        "passed": counted["passed"],
        "failed": counted["failed"],
        "warned": warned,
        "feeds": {feed: dict(counts) for feed, counts in sorted(of_feeds.items())},
    }
