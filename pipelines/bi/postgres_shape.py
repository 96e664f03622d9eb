"""The shape of what a release is copied to in PostgreSQL: schemas, tables, columns, types and comments, and the way from one shape to another.

Belongs here: statements and what the database's catalogue says. When they are run stands in `postgres`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

SCHEMAS = ("marts", "core", "meta")
#: By this comment we know a schema again: in one without it nothing is deleted.
OURS = "城管数仓：自动生成，每次发布整体替换 / Chengguan Warehouse: made by machine, replaced with every release"

_TYPES = {
    "VARCHAR": "text", "BIGINT": "bigint", "INTEGER": "integer", "SMALLINT": "smallint", "DOUBLE": "double precision",
    "BOOLEAN": "boolean", "DATE": "date", "TIMESTAMP": "timestamp without time zone",
    "TIMESTAMP WITH TIME ZONE": "timestamp with time zone",
}  # fmt: skip
Name = tuple[str, str]
Rows = Callable[[Any, str], list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Shape:
    """One table: `columns` are PostgreSQL's types by name, `said` the comments, the table's own under ''."""

    name: Name
    columns: Mapping[str, str]
    said: Mapping[str, str]

    @property
    def quoted(self) -> str:
        return f"{quote(self.name[0])}.{quote(self.name[1])}"

    def changes(self, held: Mapping[str, str] | None) -> Iterator[str]:
        """From what is there (None: nothing) to this shape. A column of another type is a new one: nothing has to be converted or rewritten."""
        if held is None:
            columns = ", ".join(f"{quote(name)} {kind}" for name, kind in self.columns.items())
            yield f"CREATE TABLE {self.quoted} ({columns})"
            return
        steps = [f"DROP COLUMN {quote(name)}" for name, kind in held.items() if self.columns.get(name) != kind]
        steps += [f"ADD COLUMN {quote(name)} {kind}" for name, kind in self.columns.items() if held.get(name) != kind]
        if steps:
            yield f"ALTER TABLE {self.quoted} {', '.join(steps)}"

    def words(self, said: Mapping[tuple[str, str, str], str], held: Mapping[str, str] | None) -> Iterator[str]:
        """Comments that are not there yet; a column that came anew has none."""
        for column, words in self.said.items():
            is_kept = not column or (held or {}).get(column) == self.columns[column]
            if words and not (is_kept and said.get((*self.name, column)) == words):
                what = f"COLUMN {self.quoted}.{quote(column)}" if column else f"TABLE {self.quoted}"
                yield f"COMMENT ON {what} IS {literal(words)}"


def wanted(source: duckdb.DuckDBPyConnection) -> list[Shape]:
    """The shapes of all tables of a release."""
    tables = source.execute(
        "SELECT schema_name, table_name, coalesce(comment, '') FROM duckdb_tables() ORDER BY ALL"
    ).fetchall()
    columns: dict[Name, dict[str, tuple[str, str]]] = {}
    for schema, table, column, kind, comment in source.execute(
        """SELECT schema_name, table_name, column_name, data_type, coalesce(comment, '') FROM duckdb_columns()
           WHERE NOT internal ORDER BY schema_name, table_name, column_index"""
    ).fetchall():
        columns.setdefault((schema, table), {})[column] = (postgres_type(kind), comment)
    return [
        Shape(
            (schema, table),
            {name: kind for name, (kind, _) in columns[(schema, table)].items()},
            {"": said, **{name: words for name, (_, words) in columns[(schema, table)].items()}},
        )
        for schema, table, said in tables
    ]


def postgres_type(kind: str) -> str:
    """The type by the name that PostgreSQL itself gives it, so that what is there can be compared."""
    if kind.endswith("[]"):
        return f"{postgres_type(kind.removesuffix('[]'))}[]"
    if kind.startswith("DECIMAL"):
        return kind.lower().replace("decimal", "numeric").replace(" ", "")
    return _TYPES[kind]


def schemas() -> Iterator[str]:
    for schema in SCHEMAS:
        yield f"CREATE SCHEMA IF NOT EXISTS {quote(schema)}"
        yield f"COMMENT ON SCHEMA {quote(schema)} IS {literal(OURS)}"


def foreign_schemas(rows: Rows, target: Any) -> Sequence[str]:
    """Schemas of our names that hold something and are not ours."""
    found = rows(
        target,
        f"""SELECT nspname::text FROM pg_namespace AS it WHERE nspname IN ({_listed()})
            AND coalesce(obj_description(oid, 'pg_namespace'), '') <> {literal(OURS)}
            AND EXISTS (SELECT FROM pg_class WHERE relnamespace = it.oid)""",
    )
    return sorted(str(name) for (name,) in found)


def held(rows: Rows, target: Any) -> dict[Name, dict[str, str]]:
    """The tables that are there, with their columns' types in their order."""
    found: dict[Name, dict[str, str]] = {}
    for schema, table, column, kind in rows(
        target,
        f"""SELECT nspname::text, relname::text, attname::text, format_type(atttypid, atttypmod)
            FROM pg_attribute JOIN pg_class AS it ON it.oid = attrelid JOIN pg_namespace AS space ON space.oid = relnamespace
            WHERE relkind = 'r' AND attnum > 0 AND NOT attisdropped AND nspname IN ({_listed()}) ORDER BY 1, 2, attnum""",
    ):
        found.setdefault((schema, table), {})[column] = kind
    return found


def comments(rows: Rows, target: Any) -> dict[tuple[str, str, str], str]:
    """What is said of tables (column '') and columns."""
    found = rows(
        target,
        f"""SELECT nspname::text, relname::text, coalesce(attname::text, ''), description
            FROM pg_description JOIN pg_class AS it ON it.oid = objoid AND classoid = 'pg_class'::regclass
            JOIN pg_namespace AS space ON space.oid = relnamespace
            LEFT JOIN pg_attribute ON attrelid = it.oid AND attnum = objsubid AND objsubid > 0 WHERE nspname IN ({_listed()})""",
    )
    return {(schema, table, column): words for schema, table, column, words in found}


def quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(words: str) -> str:
    """A string of SQL, whatever the session takes a backslash for."""
    escaped = words.replace("\\", "\\\\").replace("'", "''")
    return f"E'{escaped}'"


def _listed() -> str:
    return ", ".join(literal(schema) for schema in SCHEMAS)
