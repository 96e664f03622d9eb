"""What a night keeps of the last build, told to Dagster as what it is: tables that still hold, checks with the day they were judged for.

Belongs here: the events of models and tests that dbt was not asked for. Which these are says `pipelines.kept`.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from graphlib import TopologicalSorter
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator
from dagster_dbt.asset_utils import get_asset_check_key_for_test

from pipelines.kept import Kept

#: The day that a table was built for, or a check judged for, where that was not tonight.
KEPT_FROM = "kept_from"


#: The day for which a check last looked at every row, where tonight it looked only at rows that can be others.
WHOLE_ON = "all_rows_judged_on"


def with_what_was_judged(events: Iterable[Any], in_part: Mapping[str, dt.date]) -> list[Any]:
    """Tonight's events of dbt, checks that looked at changed rows only (`in_part`, by unique_id) with the day for which they had looked at all."""
    told: list[Any] = []
    for event in events:
        unique_id = event.metadata.get("unique_id") if isinstance(event, dg.AssetCheckResult) else None
        whole_on = in_part.get(str(unique_id.value)) if unique_id is not None else None
        told.append(event.with_metadata({**event.metadata, WHOLE_ON: whole_on.isoformat()}) if whole_on else event)
    return told


def with_kept(
    context: dg.AssetExecutionContext,
    built: Sequence[Any],
    judged: Collection[str],
    kept: Kept,
    manifest: Mapping[str, Any],
) -> list[Any]:
    """Tonight's events of dbt, `built`, with the tables and checks that dbt said nothing of; `judged` are the tests that it ran.

    Tables come first and in the order of their lineage, as Dagster wants them.
    """
    tables = {event.output_name: event for event in built if isinstance(event, dg.Output)}
    others = [event for event in built if not isinstance(event, dg.Output)]
    translator, nodes = DagsterDbtTranslator(), manifest["nodes"]
    lineage = {key: node["depends_on"]["nodes"] for key, node in nodes.items() if node["resource_type"] == "model"}
    ordered = []
    for unique_id in TopologicalSorter(lineage).static_order():
        if unique_id in lineage:
            name = translator.get_asset_spec(manifest, unique_id, None).key.to_python_identifier()
            said = {KEPT_FROM: kept.built_for_on.isoformat(), "unique_id": unique_id}
            ordered.append(tables.get(name) or dg.Output(None, output_name=name, metadata=said))
    return [*ordered, *others, *_checks(context, judged, kept, manifest)]


def _checks(
    context: dg.AssetExecutionContext, judged: Collection[str], kept: Kept, manifest: Mapping[str, Any]
) -> Iterator[dg.AssetCheckResult]:
    translator = DagsterDbtTranslator()
    expected = {spec.key for spec in context.assets_def.check_specs}
    for unique_id, one in kept.checks.items():
        key = get_asset_check_key_for_test(manifest, translator, unique_id, project=None)
        if key is not None and unique_id not in judged and key in expected:
            yield dg.AssetCheckResult(
                asset_key=key.asset_key, check_name=key.name, passed=one.status == "pass",
                severity=dg.AssetCheckSeverity.WARN if one.status == "warn" else dg.AssetCheckSeverity.ERROR,
                metadata={
                    KEPT_FROM: one.judged_for_on.isoformat(),
                    "judged_at_utc": f"{one.judged_at_utc:%Y-%m-%dT%H:%M:%SZ}", "failures": one.failures,
                    "why": "所依据的数据和规则自那时起未变 / nothing that it looks at has changed since",
                },
            )  # fmt: skip
