"""From a figure to the records behind it: numerator and denominator, group by group, and every row with its source file and place.

The SQL is built from the metric's own measures: a record is behind a figure where the measure is neither zero nor null for it. Values
that a person gave are bound; names come from the release's manifest only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from pipelines.metrics.conditions import GRAINS, Condition
from pipelines.metrics.dictionary import Metric, Part

#: A record shows its source file, sheet and row, and its batch, instead.
PROVENANCE = ("_batch_id", "_batch_seq", "_source_sheet", "_source_row")
#: What is selected, and joined, for it.
SOURCE = (
    "batch.source as source_file",
    "fact._source_sheet as source_sheet",
    "fact._source_row as source_row",
    "batch.batch_id as source_batch",
)
BATCHES = " left join meta.batches as batch on batch.batch_seq = fact._batch_seq"


@dataclass(frozen=True)
class Explanation:
    """`figures` are rows of (group…, numerator[, denominator, ratio]); `records` of `columns`, the newest first."""

    metric: Metric
    groups: Sequence[str]
    figures: list[tuple[Any, ...]]
    columns: list[str]
    records: list[tuple[Any, ...]]
    total_records: int


def explain(
    connection: duckdb.DuckDBPyConnection,
    metric: Metric,
    groups: Sequence[str] = (),
    conditions: Sequence[Condition] = (),
    limit: int | None = None,
) -> Explanation:
    """What is behind the metric in the release that is open, at most `limit` records of it (None: all)."""
    part = metric.numerator
    where, values = _where(part, conditions)
    sums = ", ".join(f"sum({one.expression})" for one in metric.parts)
    keys = [f'{_column(part, name)} as "{name}"' for name in groups]
    selected = ", ".join([*keys, sums])
    figures = connection.execute(
        f"select {selected} from {part.relation} as fact where {where} group by all order by all", values
    ).fetchall()
    if metric.denominator:
        figures = [(*row, row[-2] / row[-1] if row[-1] and row[-2] is not None else None) for row in figures]
    return Explanation(
        metric, groups, [tuple(row) for row in figures], *_records(connection, metric, where, values, limit)
    )


def _records(
    connection: duckdb.DuckDBPyConnection, metric: Metric, where: str, values: dict[str, Any], limit: int | None
) -> tuple[list[str], list[tuple[Any, ...]], int]:
    part = metric.numerator
    known = [row[0] for row in connection.execute(f"describe {part.relation}").fetchall()]
    names = ("numerator", "denominator") if metric.denominator else ("counts",)
    counted = ", ".join(f'({one.expression}) as "_{name}"' for one, name in zip(metric.parts, names, strict=True))
    shown = [f'fact."_{name}" as "{name}"' for name in names]
    shown += [f'fact."{name}"' for name in known if name not in PROVENANCE]
    joined = ""
    if "_batch_seq" in known and "_source_row" in known:
        shown += SOURCE
        joined = BATCHES
    behind = " or ".join(f'coalesce(fact."_{name}", 0) <> 0' for name in names)
    rows = f"from (select *, {counted} from {part.relation}) as fact{joined} where {where} and ({behind})"
    wanted = f"select {', '.join(shown)} {rows} order by fact.{part.anchor} desc, {len(names) + 1}"
    asked = connection.execute(wanted if limit is None else f"{wanted} limit {int(limit)}", values)
    columns = [column[0] for column in asked.description or []]
    records = asked.fetchall()
    (total,) = connection.execute(f"select count(*) {rows}", values).fetchall()[0]
    return columns, [tuple(row) for row in records], int(total)


def _where(part: Part, conditions: Sequence[Condition]) -> tuple[str, dict[str, Any]]:
    said, values = ["true"], {}
    for at, condition in enumerate(conditions):
        said.append(f"{_column(part, condition.key)} {condition.operator} $value_{at}")
        values[f"value_{at}"] = condition.value
    return " and ".join(said), values


def _column(part: Part, name: str) -> str:
    if name in GRAINS:
        return f"cast(date_trunc('{name}', fact.{part.anchor}) as date)"
    return f"fact.{part.dimensions[name]}"
