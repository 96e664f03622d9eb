"""Assets of the door: the sources as they are, the reference tables, and for each feed its landing, raw and quarantine.

What happens in a feed's step stands in `pipelines.landing`; here is what Dagster must know of it.
"""

import time
from collections.abc import Iterator, Sequence
from typing import Any

import dagster as dg

from pipelines.city import City, DatabaseSource, FeedProfile, FileSource, Open311Source
from pipelines.errors import ProfileError
from pipelines.feeds import FEEDS
from pipelines.landing.ingest import FeedResult, ingest_feed
from pipelines.landing.load import Batch
from pipelines.landing.reference import GENERATED, TABLES, load_reference
from pipelines.landing.store import read_connection
from pipelines.orchestration import freshness, metadata
from pipelines.orchestration.failures import failure, passes_by_itself, speaks_plainly
from pipelines.orchestration.home import guard_city
from pipelines.orchestration.judgements import judgement, judgement_check
from pipelines.orchestration.partitions import as_of
from pipelines.orchestration.resources import Warehouse
from pipelines.readers.address import without_login
from pipelines.settings import Settings

#: The one write lane: everything that opens the build file is in this pool (its limit stands in `dagster.yaml`).
WRITE_POOL = "warehouse_write"

REFERENCE_TABLES = (*TABLES, *GENERATED)


def external_assets(city: City) -> list[dg.AssetSpec]:
    """What is made elsewhere: the sources, and raw tables of feeds that this city does not have (they are empty)."""
    specs = [_source(name, profile) for name, profile in city.feeds.items()]
    specs += [
        dg.AssetSpec(
            ["raw", name], group_name="raw", kinds={"duckdb"},
            description=f"{FEEDS[name].title_zh} / {FEEDS[name].title_en}: 本城市没有该数据源，表为空 / not a feed of this city; empty",
        )
        for name in FEEDS
        if name not in city.feeds and name not in city.broken
    ]  # fmt: skip
    loaded = [["raw", name] for name in (*city.feeds, *city.broken)]
    specs += [
        dg.AssetSpec(
            ["ops", "ledger"], group_name="raw", kinds={"duckdb"}, deps=loaded,
            description="账本：每批数据一行，读入 = 入库 + 隔离 + 搁置 / The ledger: one row per batch, read = loaded + quarantined + dismissed",
        ),
        dg.AssetSpec(
            ["ops", "batch_verdicts"], group_name="raw", kinds={"duckdb", "great_expectations"}, deps=loaded,
            description="整批检验：每批每条界限一行 / What was found of batches as wholes: one row per batch and bound",
        ),
        dg.AssetSpec(
            ["ops", "quarantine_rows"], group_name="raw", kinds={"duckdb"}, deps=loaded,
            description="被隔离的行及其处理经过，不含值 / refused rows and what became of them, as models read them: without values",
        ),
    ]  # fmt: skip
    return specs


def reference_assets(days: dg.PartitionsDefinition[Any], retries: dg.RetryPolicy) -> dg.AssetsDefinition:
    """The reference tables, all in one step: they are read from the profile, whole, every night."""

    @dg.multi_asset(
        name="reference",
        specs=[
            dg.AssetSpec(["reference", name], group_name="reference", kinds={"csv", "duckdb"})
            for name in REFERENCE_TABLES
        ],
        partitions_def=days,
        backfill_policy=dg.BackfillPolicy.single_run(),
        retry_policy=retries,
        pool=WRITE_POOL,
    )
    @speaks_plainly
    def reference(context: dg.AssetExecutionContext, warehouse: dg.ResourceParam[Warehouse]) -> Iterator[Any]:
        guard_city(warehouse.settings, warehouse.city)
        rows = load_reference(warehouse.settings, warehouse.city)
        for key in context.selected_asset_keys:
            yield dg.MaterializeResult(asset_key=key, metadata={"dagster/row_count": rows.get(key.path[-1], 0)})

    return reference


def feed_assets(city: City, days: dg.PartitionsDefinition[Any], retries: dg.RetryPolicy) -> list[dg.AssetsDefinition]:
    """One step a feed, so that one feed's trouble is not another's."""
    good = [_feed(city, name, days, retries) for name in city.feeds]
    return good + [_broken_feed(name, problem, days) for name, problem in city.broken.items()]


def feed_keys(names: Sequence[str]) -> list[dg.AssetKey]:
    """The assets that a feed's step makes."""
    return [dg.AssetKey([layer, name]) for name in names for layer in ("landing", "raw", "quarantine")]


def _feed(city: City, name: str, days: dg.PartitionsDefinition[Any], retries: dg.RetryPolicy) -> dg.AssetsDefinition:
    profile = city.feeds[name]
    landing, raw, quarantine = feed_keys([name])
    #: {run: what its earlier attempts at this step have loaded}; the in-process executor tries again in this process.
    earlier: dict[str, list[Batch]] = {}

    @dg.multi_asset(
        name=f"ingest_{name}",
        specs=_specs(name, _titles(name, profile), freshness.nightly(city)),
        check_specs=[judgement_check(name), *([freshness.spec(raw, profile.rhythm)] if profile.rhythm else [])],
        partitions_def=days,
        backfill_policy=dg.BackfillPolicy.single_run(),
        retry_policy=retries,
        pool=WRITE_POOL,
    )
    @speaks_plainly
    def ingest(context: dg.AssetExecutionContext, warehouse: dg.ResourceParam[Warehouse]) -> Iterator[Any]:
        started = time.perf_counter()
        guard_city(warehouse.settings, warehouse.city)
        result = ingest_feed(warehouse.settings, warehouse.city, name, as_of(context))
        result.batches[:0] = earlier.pop(context.run.run_id, [])
        if passes_by_itself(result.problems) and context.retry_number < retries.max_retries:
            earlier[context.run.run_id] = result.batches
            raise failure(result.problems)
        said = metadata.of_batches(result, time.perf_counter() - started)
        held = metadata.of_reasons(reasons_of(warehouse.settings, result))
        # What was good is loaded and told, also where the step fails for the rest.
        yield dg.MaterializeResult(asset_key=landing, metadata=said)
        yield dg.MaterializeResult(
            asset_key=raw, metadata={**said, "dagster/partition_row_count": result.total("rows_loaded")}
        )
        yield dg.MaterializeResult(
            asset_key=quarantine,
            metadata={"dagster/partition_row_count": result.total("rows_quarantined"), **held},
        )
        yield judgement(name, result)
        if profile.rhythm:
            yield freshness.judged(warehouse, raw, profile.rhythm, as_of(context))
        if result.problems:
            raise failure(result.problems)

    return ingest


def _broken_feed(name: str, problem: ProfileError, days: dg.PartitionsDefinition[Any]) -> dg.AssetsDefinition:
    """The step of a feed whose profile is wrong: it says so, models and release wait, the other feeds load."""

    @dg.multi_asset(
        name=f"ingest_{name}",
        specs=_specs(name, f"{FEEDS[name].title_zh} / {FEEDS[name].title_en}"),
        partitions_def=days,
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def ingest():  # type: ignore[no-untyped-def]  # Dagster reads an annotation as the three outputs, which never come
        raise failure([problem])

    return ingest


def _specs(name: str, titles: str, policy: dg.FreshnessPolicy | None = None) -> list[dg.AssetSpec]:
    landing, raw, quarantine = feed_keys([name])
    return [
        dg.AssetSpec(
            landing, deps=[["source", name]], group_name="landing", kinds={"parquet"},
            description=f"{titles}: 读到的原样，只增不改 / as it was read, never changed",
        ),
        dg.AssetSpec(
            raw, deps=[landing, *(["reference", table] for table in _references(name))],
            group_name="raw", kinds={"duckdb"}, freshness_policy=policy,
            description=f"{titles}: 合约检查后入库，各版本都保留 / past the contract, every version kept",
        ),
        dg.AssetSpec(
            quarantine, deps=[landing], group_name="quarantine", kinds={"duckdb"},
            description=f"{titles}: 违反合约的行及其原因 / rows that broke the contract, with every reason",
        ),
    ]  # fmt: skip


def reasons_of(settings: Settings, result: FeedResult) -> dict[str, int]:
    """Rows in quarantine by rule, of the batches of this result."""
    if not result.total("rows_quarantined"):
        return {}
    with read_connection(settings) as con:
        counted = con.execute(
            f"""SELECT reason.rule, count(*) FROM (SELECT unnest(reasons) AS reason FROM quarantine.{result.feed}
                WHERE list_contains($batches, _batch_id)) GROUP BY 1""",
            {"batches": [batch.batch_id for batch in result.batches]},
        ).fetchall()
    return dict(counted)


def _references(name: str) -> list[str]:
    """The reference tables that the feed's contract looks into."""
    tables = {field.reference_table for field in FEEDS[name].fields.values() if field.reference_table}
    return sorted(tables)


def _titles(name: str, profile: FeedProfile) -> str:
    return f"{profile.title_zh or FEEDS[name].title_zh} / {profile.title_en or FEEDS[name].title_en}"


def _source(name: str, profile: FeedProfile) -> dg.AssetSpec:
    source = profile.source
    match source:
        case FileSource():
            where = {"files": ", ".join(source.files)}
        case DatabaseSource():
            where = {"url": without_login(source.url), "query": source.query}
        case Open311Source():
            where = {"url": without_login(source.url)}
    return dg.AssetSpec(
        ["source", name], group_name="source", kinds={source.kind}, metadata=where,
        description=_titles(name, profile),
    )  # fmt: skip
