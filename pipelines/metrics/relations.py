"""From a mart's figure to the rows of the relation that it is made of, where no metric explains it: each row with its file and place.

Belongs here: what a release says of a mart's columns (`meta.mart_columns`), its figures and a relation's rows under conditions. The evaluation has
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

#: A mart's columns of periods, and what a date is cut to for them.
PERIODS = {"date": "day", "week": "week", "month": "month"}


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


@dataclass(frozen=True)
class Source:
    """What is behind the column of a mart: `by` is a metric, a relation or a sentence.

    Of a relation those rows count for which `only_if` holds, in the period in which their `dated_by` lies; None: all, whenever.
    """

    mart: str
    column: str
    by: str
    only_if: str | None = None
    dated_by: str | None = None


@dataclass(frozen=True)
class Behind:
    """A mart's figures with their keys, and the rows they are made of (None: none can be listed). `apart` are the conditions
    that narrow the figures only, since the rows do not have them."""

    says: str
    figures: Listing
    records: Listing | None
    apart: list[str]


def source_of(connection: duckdb.DuckDBPyConnection, asked: str) -> Source | None:
    """What is behind the column of a mart (`evaluation.score`). None where no such mart is.

    Raises InputError naming the mart's figures where the column is none of them.
    """
    mart, _, column = asked.removeprefix("marts.").rpartition(".")
    if not mart:
        return None
    figures = rows(connection, "select * from meta.mart_columns where mart = ?", [f"marts.{mart}"])
    known = {row["column_name"]: row for row in figures}
    if known and column not in known:
        raise InputError(
            f"marts.{mart} 没有数字列“{column}”", f"marts.{mart} has no figure '{column}'", key="METRIC", value=asked,
            remedy_zh=f"可用：{'、'.join(known)}", remedy_en=f"it has: {', '.join(known)}",
        )  # fmt: skip
    if not (found := known.get(column)):
        return None
    return Source(
        f"marts.{mart}", column, str(found["explained_by"]), found.get("explained_if"), found.get("explained_on")
    )


def behind(
    connection: duckdb.DuckDBPyConnection, source: Source, asked: Sequence[str] = (), limit: int | None = None
) -> Behind:
    """The mart's figures under the conditions, which may be on any column of the mart or of the relation, and the relation's rows.

    Raises InputError where a condition does not fit.
    """
    mart = columns_of(connection, source.mart)
    usable = {name: kind for name, kind in columns_of(connection, source.by).items() if name not in PROVENANCE}
    conditions = parse_of_columns(source.mart, {**usable, **mart}, asked)
    known = rows(connection, "select column_name from meta.mart_columns where mart = ?", [source.mart])
    others = {row["column_name"] for row in known} - {source.column}
    shown = ", ".join(f'fact."{name}"' for name in mart if name not in others)
    where, values = conditions_sql([one for one in conditions if one.key in mart], mart)
    ask = f"select {shown} from {source.mart} as fact where {where} order by all desc"
    figures = select(connection, ask, values, limit)
    says = connection.execute(
        "select comment from duckdb_columns() where schema_name || '.' || table_name = ? and column_name = ?",
        [source.mart, source.column],
    ).fetchone()
    dated = {key: PERIODS[key] for key in PERIODS if source.dated_by and key in mart and key not in usable}
    apart = sorted({one.key for one in conditions} - set(usable) - set(dated))
    records = _records(connection, source, [one for one in conditions if one.key not in apart], dated, limit)
    return Behind(str(says[0] or "") if says else "", figures, records, apart)


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


def _records(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    conditions: Sequence[Condition],
    dated: Mapping[str, str],
    limit: int | None,
) -> Listing | None:
    known = columns_of(connection, source.by)
    if not known:
        return None
    usable = {name: kind for name, kind in known.items() if name not in PROVENANCE}
    where, values = conditions_sql([one for one in conditions if one.key in usable], usable)
    for one in conditions:
        if one.key not in usable:
            day = f"date_trunc('{dated[one.key]}', fact.\"{source.dated_by}\")"
            where += f" and cast({day} as date) {one.operator} ${one.key}"
            values[one.key] = one.value
    where += f" and ({source.only_if})" if source.only_if else ""
    where += f' and fact."{source.dated_by}" is not null' if source.dated_by else ""  # it belongs to no period
    shown = [f'fact."{name}"' for name in usable]
    joined = ""
    if "_batch_seq" in known and "_source_row" in known:
        shown += SOURCE
        joined = BATCHES
    first = next((name for name, kind in usable.items() if kind.startswith(("DATE", "TIMESTAMP"))), None)
    by = source.dated_by or first
    order = f'fact."{by}" desc, 1' if by else "all"
    # The condition names the relation's columns bare, which the batches must not make ambiguous.
    found = f"from (select * from {source.by} as fact where {where}) as fact{joined}"
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
