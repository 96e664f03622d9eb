"""From a mart's figure to the rows of the relation that it is made of, where no metric explains it: each row with its file and place.

Belongs here: what a release says of a mart's columns (`meta.mart_columns`), and a relation's rows under conditions. The evaluation has
a way of its own (`pipelines.metrics.evaluation`), since a row there counts for one indicator and not for another.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb

from pipelines.errors import InputError, SetupError
from pipelines.metrics.conditions import Condition, parse_of_columns
from pipelines.metrics.explain import BATCHES, PROVENANCE, SOURCE


@dataclass(frozen=True)
class Listing:
    """Rows of `columns`, the newest first, at most as many as were asked for; `total` is how many there are."""

    columns: list[str]
    records: list[tuple[Any, ...]]
    total: int


@contextmanager
def of_this_version() -> Iterator[None]:
    """What is asked within is answered with a SetupError where the release lacks it, since an older version of this program wrote it."""
    try:
        yield
    except (duckdb.CatalogException, duckdb.BinderException) as cause:
        lacking = str(cause).partition("\n")[0]
        raise SetupError(
            "当前发布版由旧版本程序写成，缺少所需的表或列", f"the current release was written by an older version and lacks a relation or column: {lacking}",
            remedy_zh="运行 `chengguan nightly`，发布新的一版", remedy_en="run `chengguan nightly`, which publishes a new one",
        ) from cause  # fmt: skip


def rows(connection: duckdb.DuckDBPyConnection, sql: str, values: Any = ()) -> list[dict[str, Any]]:
    """The rows of a question to the release that is open.

    Raises SetupError where an older version wrote it and did not know what is asked for.
    """
    with of_this_version():
        asked = connection.execute(sql, values)
    names = [column[0] for column in asked.description or []]
    return [dict(zip(names, row, strict=True)) for row in asked.fetchall()]


def explained_by(connection: duckdb.DuckDBPyConnection, asked: str) -> str | None:
    """What explains the column of a mart (`evaluation.score`): a metric, a relation, or a sentence. None where no such mart is.

    Raises InputError naming the mart's figures where the column is none of them.
    """
    mart, _, column = asked.removeprefix("marts.").rpartition(".")
    if not mart:
        return None
    figures = rows(connection, "select * from meta.mart_columns where mart = ?", [f"marts.{mart}"])
    known = {row["column_name"]: str(row["explained_by"]) for row in figures}
    if known and column not in known:
        raise InputError(
            f"marts.{mart} 没有数字列“{column}”", f"marts.{mart} has no figure '{column}'", key="METRIC", value=asked,
            remedy_zh=f"可用：{'、'.join(known)}", remedy_en=f"it has: {', '.join(known)}",
        )  # fmt: skip
    return known.get(column)


def why_empty(connection: duckdb.DuckDBPyConnection, relation: str) -> dict[str, str] | None:
    """{why_zh, why_en} of a relation that has no rows at all; None where it has some, or the release is too old to say."""
    if not columns_of(connection, "meta.relations"):
        return None
    found = rows(connection, "select why_zh, why_en from meta.relations where relation = ? and is_empty", [relation])
    return found[0] if found else None


def columns_of(connection: duckdb.DuckDBPyConnection, relation: str) -> dict[str, str]:
    """{column: DuckDB type} of a relation, empty where the release has none of that name."""
    schema, _, name = relation.partition(".")
    found = connection.execute(
        """select column_name, data_type from duckdb_columns() where schema_name = ? and table_name = ?
           order by column_index""",
        [schema, name],
    ).fetchall()
    return dict(found)


def list_rows(
    connection: duckdb.DuckDBPyConnection, relation: str, asked: Sequence[str] = (), limit: int | None = None
) -> Listing:
    """The relation's rows under the conditions, which may be on any of its columns (None: all of them).

    Raises InputError where a condition does not fit.
    """
    known = columns_of(connection, relation)
    usable = {name: kind for name, kind in known.items() if name not in PROVENANCE}
    where, values = conditions_sql(parse_of_columns(relation, usable, asked), usable)
    shown = [f'fact."{name}"' for name in usable]
    joined = ""
    if "_batch_seq" in known and "_source_row" in known:
        shown += SOURCE
        joined = BATCHES
    dated = next((name for name, kind in usable.items() if kind.startswith(("DATE", "TIMESTAMP"))), None)
    order = f'fact."{dated}" desc, 1' if dated else "all"
    found = f"from {relation} as fact{joined} where {where}"
    return select(connection, f"select {', '.join(shown)} {found} order by {order}", values, limit)


def select(connection: duckdb.DuckDBPyConnection, sql: str, values: Mapping[str, Any], limit: int | None) -> Listing:
    """The listing that a query gives; counted whole, shown as far as asked."""
    [(total,)] = connection.execute(f"select count(*) from ({sql})", values).fetchall()
    asked = connection.execute(sql if limit is None else f"{sql} limit {int(limit)}", values)
    columns = [column[0] for column in asked.description or []]
    return Listing(columns, [tuple(row) for row in asked.fetchall()], int(total))


def conditions_sql(conditions: Sequence[Condition], columns: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    """The conditions over the rows of `fact`, with their values to be bound."""
    said, values = ["true"], {}
    for at, condition in enumerate(conditions):
        kind = columns[condition.key]
        kind = "date" if kind.startswith("TIMESTAMP") else kind
        said.append(f'cast(fact."{condition.key}" as {kind}) {condition.operator} cast($value_{at} as {kind})')
        values[f"value_{at}"] = condition.value
    return " and ".join(said), values
