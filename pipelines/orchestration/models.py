"""The dbt models as assets, built by one `dbt build` a night, the way dagster-dbt does it.

Only what a night adds to that stands here: the environment, when to rebuild from scratch, what need not be built, row counts, and a failure that names the
model or test instead of a process's exit code.
"""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtCliInvocation, dbt_assets

from pipelines import kept, transform
from pipelines.landing.members import add_members
from pipelines.landing.store import read_connection, write_lane
from pipelines.machine import fault_in
from pipelines.orchestration import metadata
from pipelines.orchestration.failures import failure, speaks_plainly
from pipelines.orchestration.feeds import WRITE_POOL
from pipelines.orchestration.kept import with_kept, with_what_was_judged
from pipelines.orchestration.partitions import as_of
from pipelines.orchestration.resources import InstalledDbt, Warehouse, environment
from pipelines.publish import going_on
from pipelines.publish.contents import dbt_target, load_manifest, manifest_path
from pipelines.publish.package import FILE_NAME, STORAGE_VERSION
from pipelines.publish.release import current_release
from pipelines.settings import Settings

_RESULTS = "run_results.json"
_UPPER_LAYERS = ("staging", "intermediate", "core", "marts")


class Translator(DagsterDbtTranslator):
    """Groups by layer, so that the graph reads from the sources to the marts."""

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        schema = dbt_resource_props.get("schema")
        return schema if schema in _UPPER_LAYERS else super().get_group_name(dbt_resource_props)

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """Chinese first, then English; without the SQL that dagster-dbt appends."""
        meta = {**dbt_resource_props.get("meta", {}), **dbt_resource_props.get("config", {}).get("meta", {})}
        said = (str(meta.get("zh", "")), str(dbt_resource_props.get("description", "")))
        return "\n\n".join(part for part in said if part)


def model_assets(manifest: Path, days: dg.PartitionsDefinition[Any]) -> dg.AssetsDefinition:
    """All models, and their tests as asset checks."""
    parsed = load_manifest(manifest)

    @dbt_assets(
        manifest=manifest,
        name="dbt_models",
        partitions_def=days,
        backfill_policy=dg.BackfillPolicy.single_run(),
        dagster_dbt_translator=Translator(),
        pool=WRITE_POOL,
    )
    @speaks_plainly
    def dbt_models(
        context: dg.AssetExecutionContext, dbt: InstalledDbt, warehouse: dg.ResourceParam[Warehouse]
    ) -> Iterator[Any]:
        settings, city, day = warehouse.settings, warehouse.city, as_of(context)
        full = transform.needs_full_refresh(settings, city, day)
        last = None if full or context.is_subset else kept.load(settings, city)
        if members := add_members(settings, city):
            context.log.info(f"reference tables that the city does not have, from its records: {members}")
        with read_connection(settings, city.facts.time_zone) as connection:
            sources = kept.states(connection, day)  # before dbt: what comes later than this is news of the next night
            seen = kept.seen(connection, last, sources) if last else {}
        chosen = kept.to_build(parsed, last, sources, day) if last else None
        in_part, told = kept.to_judge(parsed, last, day) if last and seen else ({}, {})
        events: list[Any] = []
        judged: dict[str, kept.KeptCheck] = {}
        if chosen != set():
            # Unit tests judge the SQL and not the night's data; they run when the SQL changes, in the project's own tests.
            args = ["build", "--exclude-resource-type", "unit_test", *(["--full-refresh"] if full else [])]
            context.log.info(f"dbt {' '.join(args)} (as of {day}); models: {'all' if chosen is None else len(chosen)}")
            copied = _copied_ahead(settings, is_gone_on_from=not (full or context.is_subset))
            with write_lane(settings, timeout=600), environment({**seen, **told}), copied:
                invocation = _invoke(dbt, args, context, warehouse, chosen, in_part=bool(in_part))
                events = with_what_was_judged(_followed(context, invocation), in_part)
            if not invocation.is_successful():
                yield from _with_row_counts(settings, events)
                raise _failed(invocation, settings)
            judged = {one.unique_id: one for one in kept.judged(invocation.target_path / _RESULTS, day, in_part)}
        if last is not None and chosen is not None:
            events = with_kept(context, events, judged, last, parsed)
            judged = {**last.checks, **judged}
        yield from _with_row_counts(settings, events)
        if not context.is_subset and chosen != set():
            went_on_from = last.built_at_utc if last and seen else None
            transform.record_build(settings, city, day, sources, judged.values(), went_on_from=went_on_from)

    return dbt_models


def _invoke(
    dbt: InstalledDbt,
    args: list[str],
    context: dg.AssetExecutionContext,
    warehouse: Warehouse,
    chosen: set[str] | None,
    *,
    in_part: bool,
) -> DbtCliInvocation:
    target = dbt_target(warehouse.settings)
    (target / _RESULTS).unlink(missing_ok=True)  # a build that cannot start must not be told by the last one's results
    env = transform.dbt_environment(warehouse.settings, warehouse.city, as_of(context), in_part=in_part)
    with environment({**env, "DBT_TARGET_PATH": str(target)}):
        if chosen is None:
            return dbt.cli(args, context=context, target_path=target, raise_on_error=False)
        # Without the context, to whose selection (everything) dagster-dbt would add ours. A test is judged where any of its models is built.
        invocation = dbt.cli(
            [*args, "--select", " ".join(sorted(chosen))],
            manifest=manifest_path(warehouse.settings), dagster_dbt_translator=Translator(),
            target_path=target, raise_on_error=False,
        )  # fmt: skip
        invocation.context = context
        return invocation


def _copied_ahead(settings: Settings, *, is_gone_on_from: bool) -> AbstractContextManager[None]:
    """Copies meanwhile what the next release goes on from, unless all is built from scratch or none is to follow."""
    last = current_release(settings) if is_gone_on_from else None
    if last is None:
        return nullcontext()
    return going_on.copied_ahead(last.path / FILE_NAME, last.manifest, STORAGE_VERSION)


def _followed(context: dg.AssetExecutionContext, invocation: DbtCliInvocation) -> list[Any]:
    """dagster-dbt's events, each model said to the log as it is done: the events themselves are held back until rows are counted."""
    started, events = time.perf_counter(), []
    try:
        for event in invocation.stream():
            if isinstance(event, dg.Output):
                context.log.info(f"model {event.output_name} ({time.perf_counter() - started:.1f} s)")
            events.append(event)
    except BaseException:
        # An interrupted night must not let go of the lane while dbt still writes.
        invocation.process.terminate()
        invocation.process.wait()
        raise
    return events


def _with_row_counts(settings: Settings, events: list[Any]) -> Iterator[Any]:
    """The events with each table's rows, all counted over one connection: dbt has let go of the file by now."""
    counts: dict[str, int] = {}
    with read_connection(settings) as con:
        for schema, name in con.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE schema_name IN ('intermediate', 'core', 'marts')"
        ).fetchall():
            [(rows,)] = con.execute(f'SELECT count(*) FROM "{schema}"."{name}"').fetchall()
            counts[f"{schema}.{name}"] = rows
    for event in events:
        if isinstance(event, dg.Output):
            unique_id = event.metadata.get("unique_id")
            name = str(unique_id.value if unique_id else "").rpartition(".")[2]
            rows = next((rows for table, rows in counts.items() if table.endswith(f".{name}")), None)
            if rows is not None:
                yield event.with_metadata({**event.metadata, "dagster/row_count": rows})
                continue
        yield event


def _failed(invocation: DbtCliInvocation, settings: Settings) -> dg.Failure:
    """What failed, by name, from dbt's own results; its log where there are none. A full disk is told as one, not as models by the dozen."""
    broken = _broken_nodes(invocation.target_path / _RESULTS)
    log = invocation.target_path / "dbt.log"
    words = "\n".join(message for *_, message in broken) or str(invocation.get_error() or "")
    if fault := fault_in(words, settings.home):
        return failure([fault])
    if not broken:
        said = str(invocation.get_error() or "")
        return dg.Failure(f"dbt 未能运行\ndbt could not run\n  日志 log: {log}\n{said}", allow_retries=False)
    lines = "\n".join(f"  {kind} {name}: {message}" for kind, name, message in broken)
    return dg.Failure(
        f"dbt 的 {len(broken)} 个模型或检验失败\n{len(broken)} dbt models or tests failed\n{lines}\n"
        f"  处理 remedy: 按名称在 dbt_project 中找到并改正；详见日志\n    find it by name in dbt_project; the log says more\n"
        f"  日志 log: {log}",
        metadata={"failed": metadata.table(("kind", "name", "message"), broken)},
        allow_retries=False,
    )


def _broken_nodes(results: Path) -> list[tuple[str, str, str]]:
    if not results.exists():
        return []
    told = json.loads(results.read_text(encoding="utf-8"))["results"]
    broken = [node for node in told if node["status"] in ("error", "fail", "runtime error")]
    # "test.<project>.<name>.<hash>": kind and name are the first and the third part, whatever follows.
    return [
        (node["unique_id"].split(".")[0], node["unique_id"].split(".")[2], _first_lines(node["message"]))
        for node in broken
    ]


def _first_lines(message: str | None) -> str:
    said = [line.strip() for line in (message or "").splitlines() if line.strip()]
    return " ".join(said[:3])
