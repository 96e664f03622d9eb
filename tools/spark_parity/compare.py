"""Holds each table that Spark made against the one that DuckDB made, row for row, both ways.

Equal means: the same columns in the same order, the same number of rows, and the same rows as often (EXCEPT ALL both ways is empty), where
floating-point numbers may differ by RELATIVE_TOLERANCE: engines add them up in other orders.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

#: Of a DOUBLE's own size, or of 1 where it is smaller.
RELATIVE_TOLERANCE = 1e-9
#: What is an engine's own mark of a row or a text, compared by nobody but itself (macros/engine.sql, `mark_of`).
MARKS = {"_flow_version"}


@dataclass(frozen=True)
class Outcome:
    """How one table compares. `differing` names columns whose values are not the same; `only_duckdb` and `only_spark` count rows."""

    schema: str
    table: str
    rows: int
    differing: tuple[str, ...]
    only_duckdb: int
    only_spark: int

    @property
    def is_equal(self) -> bool:
        return not (self.differing or self.only_duckdb or self.only_spark)


def compare(build_db: Path, parquet: Path, schemas: tuple[str, ...]) -> Iterator[Outcome]:
    """Each table of the DuckDB file's schemas, against `parquet`/schema/table/*.parquet."""
    with duckdb.connect(str(build_db), read_only=True) as con:
        tables = con.execute(
            "select schema_name, table_name from duckdb_tables() where list_contains(?, schema_name) order by all",
            [list(schemas)],
        ).fetchall()
        for schema, table in tables:
            yield compare_one(con, schema, table, parquet / schema / table)


def compare_one(con: duckdb.DuckDBPyConnection, schema: str, table: str, parquet: Path) -> Outcome:
    """One table against the Parquet files of a folder."""
    ours, theirs = f"{schema}.{table}", f"read_parquet('{parquet}/*.parquet')"
    rows = _count(con, f"from {ours}")
    if not any(parquet.glob("*.parquet")):
        return Outcome(schema, table, rows, ("–",), rows, 0)
    types = dict(_columns(con, ours))
    if list(types.items()) != _columns(con, theirs):
        other = dict(_columns(con, theirs))
        wrong = [name for name in {**types, **other} if types.get(name) != other.get(name)] or ["order"]
        return Outcome(schema, table, rows, tuple(wrong), rows, _count(con, f"from {theirs}"))
    kept = [name for name in types if name not in MARKS]
    floats = [name for name in kept if types[name] in ("DOUBLE", "FLOAT")]
    exact = [name for name in kept if name not in floats]
    only_duckdb, only_spark = _left_over(con, ours, theirs, exact), _left_over(con, theirs, ours, exact)
    differing = [name for name in exact if (only_duckdb or only_spark) and _differs(con, ours, theirs, name)]
    if floats and not (only_duckdb or only_spark):
        far = {name: _far_apart(con, ours, theirs, [*exact, *floats], name) for name in floats}
        differing = [name for name, count in far.items() if count]
        only_duckdb = only_spark = max(far.values())
    return Outcome(schema, table, rows, tuple(differing), only_duckdb, only_spark)


def _left_over(con: duckdb.DuckDBPyConnection, one: str, other: str, columns: list[str]) -> int:
    listed = _listed(columns)
    return _count(con, f"select {listed} from {one} except all select {listed} from {other}")


def _differs(con: duckdb.DuckDBPyConnection, ours: str, theirs: str, column: str) -> bool:
    return bool(_left_over(con, ours, theirs, [column]) or _left_over(con, theirs, ours, [column]))


def _far_apart(con: duckdb.DuckDBPyConnection, ours: str, theirs: str, order: list[str], column: str) -> int:
    """Rows whose floats are further apart than allowed, paired by the order of all columns (of which the exact ones are equal)."""
    one, other = (
        f"select row_number() over (order by {_listed(order)}) as place, {_listed([column])} as value from {table}"
        for table in (ours, theirs)
    )
    return _count(
        con,
        f"""
        select 1 from ({one}) as one inner join ({other}) as other using (place)
        where one.value is distinct from other.value and not coalesce(
            abs(one.value - other.value) <= {RELATIVE_TOLERANCE} * greatest(1, abs(one.value), abs(other.value)), false
        )""",
    )


def _columns(con: duckdb.DuckDBPyConnection, table: str) -> list[tuple[str, str]]:
    return [(name, kind) for name, kind, *_ in con.execute(f"describe from {table}").fetchall()]


def _count(con: duckdb.DuckDBPyConnection, query: str) -> int:
    row = con.execute(f"select count(*) from ({query})").fetchone()
    assert row is not None
    return int(row[0])


def _listed(columns: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)
