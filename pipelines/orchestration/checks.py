"""Asset checks that are ours: nothing is lost on the way from the source into raw. (The models' tests are dbt's.)"""

from typing import Any, Literal

import dagster as dg

from pipelines.city import City
from pipelines.errors import ChengguanError
from pipelines.landing.conservation import check_conservation
from pipelines.orchestration import metadata
from pipelines.orchestration.failures import failure
from pipelines.orchestration.feeds import WRITE_POOL
from pipelines.orchestration.resources import Warehouse


def conservation_checks(city: City) -> list[dg.AssetChecksDefinition]:
    """`read = loaded + quarantined + dismissed`, counted again for every batch of a feed. Blocking: models wait for it."""
    return [_conservation(name) for name in city.feeds]


def _conservation(feed: str) -> dg.AssetChecksDefinition:
    # In the write pool although it only reads: DuckDB lets nobody write a file that somebody reads.
    @dg.asset_check(
        asset=dg.AssetKey(["raw", feed]), name="conservation", blocking=True, pool=WRITE_POOL,
        description="每批：读入 = 入库 + 隔离 + 搁置 / every batch: read = loaded + quarantined + dismissed",
    )  # fmt: skip
    def conservation(warehouse: dg.ResourceParam[Warehouse]) -> dg.AssetCheckResult:
        try:
            broken = check_conservation(warehouse.settings, feed)
        except ChengguanError as problem:
            raise failure([problem]) from problem
        lines = (
            (one.batch_id[:8], one.source, one.read, one.landed, one.loaded, one.quarantined, one.dismissed)
            for one in broken
        )
        header = ("batch", "source", "read", "landed", "loaded", "quarantined", "dismissed")
        return dg.AssetCheckResult(
            passed=not broken,
            metadata={
                "violations": len(broken),
                **({"batches": metadata.table(header, lines)} if broken else {}),
            },
        )

    return conservation


def outcome_of(evaluation: Any) -> Literal["passed", "failed", "warned"]:
    """How a check went: one that may only warn has not failed."""
    if evaluation.passed:
        return "passed"
    return "failed" if evaluation.severity == dg.AssetCheckSeverity.ERROR else "warned"
