"""Answers by MetricFlow: a metric by groups and under conditions, out of one release.

MetricFlow renders the SQL from the release's own semantic manifest and never connects to anything; the SQL is run read-only on the
release's file. It is imported when it is asked, since that takes most of a second.
"""

# ruff: noqa: PLC0415  (see above)

import json
from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

from pipelines.metrics.conditions import GRAINS, Condition
from pipelines.metrics.dictionary import Metric


class Questions:
    """MetricFlow over one semantic manifest (`dictionary.portable`)."""

    def __init__(self, manifest: Mapping[str, Any]) -> None:
        from metricflow.engine.metricflow_engine import MetricFlowEngine
        from metricflow_semantics.model.dbt_manifest_parser import parse_manifest_from_dbt_generated_manifest
        from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup

        parsed = parse_manifest_from_dbt_generated_manifest(json.dumps(manifest))
        self._engine = MetricFlowEngine(SemanticManifestLookup(parsed), _dialect())

    def sql(self, metric: Metric, groups: Sequence[str] = (), conditions: Sequence[Condition] = ()) -> str:
        """The SQL for the metric; its columns are the groups in their order and then the metric."""
        from metricflow.engine.metricflow_engine import MetricFlowQueryRequest

        entity = metric.numerator.entity
        names = [_group(entity, name) for name in groups]
        request = MetricFlowQueryRequest.create(
            metric_names=[metric.name], group_by_names=names,
            where_constraints=[f"{_member(entity, c.key)} {c.operator} {c.literal}" for c in conditions],
            order_by_names=names,
        )  # fmt: skip
        rendered = self._engine.explain(request).sql_statement.sql
        columns = ", ".join([*(f'"{name}"' for name in names), f'"{metric.name}"'])
        order = f" order by {', '.join(str(at + 1) for at in range(len(names)))}" if names else ""
        return f"select {columns} from ({rendered}) as answer{order}"

    def ask(
        self,
        connection: duckdb.DuckDBPyConnection,
        metric: Metric,
        groups: Sequence[str] = (),
        conditions: Sequence[Condition] = (),
    ) -> list[tuple[Any, ...]]:
        """Rows of (group…, value). Periods come as their first days; a metric without groups gives one row."""
        rows = connection.execute(self.sql(metric, groups, conditions)).fetchall()
        return [tuple(cell.date() if hasattr(cell, "date") else cell for cell in row) for row in rows]


def _group(entity: str, name: str) -> str:
    return f"metric_time__{name}" if name in GRAINS else f"{entity}__{name}"


def _member(entity: str, name: str) -> str:
    if name in GRAINS:
        return f"{{{{ TimeDimension('metric_time', '{name}') }}}}"
    return f"{{{{ Dimension('{entity}__{name}') }}}}"


def _dialect() -> Any:
    """What MetricFlow must know of a database to write SQL for it; it is never asked to run any."""
    from metricflow.protocols.sql_client import SqlEngine
    from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer

    class Dialect:
        sql_engine_type = SqlEngine.DUCKDB
        sql_plan_renderer = DuckDbSqlPlanRenderer()

        def render_bind_parameter_key(self, bind_parameter_key: str) -> str:
            return f"${bind_parameter_key}"

    return Dialect()
