"""What the tables of a release hold, as few numbers: enough to tell whether two releases say the same, and where they differ.

Belongs here: counting and hashing rows. What is done about a difference stands in `package` and `parts`.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import duckdb

from pipelines.publish import parts
from pipelines.publish.contents import Served, refuse_personal


@dataclass(frozen=True)
class TableContent:
    """What one table holds; of a large one also what each part of it holds (`parts.sums`)."""

    table: str
    rows: int
    digest: str
    parts: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """As the release's manifest has it."""
        told = {"name": self.table, "rows": self.rows, "digest": self.digest}
        return {**told, "parts": dict(self.parts)} if self.parts else told


def told_by(manifest: Mapping[str, Any]) -> dict[str, TableContent]:
    """{table: what it holds}, as a release's manifest tells."""
    return {
        one["name"]: TableContent(one["name"], one["rows"], one["digest"], one.get("parts", {}))
        for one in manifest["tables"]
    }


def content_of(con: duckdb.DuckDBPyConnection, table: Served, source: str) -> TableContent:
    """Rows and digest of a table, which the query finds as `source`. The digest does not depend on the order of the rows.

    Two sums of each row's hash (sums, so nothing cancels out as it would with XOR), with the table's column names and types. The engine's
    own hash takes a thirtieth of an MD5 over JSON, which took longer than all else of a release of millions of rows; another version of the
    engine may hash otherwise, and then publishes the same content once more.
    """
    columns = columns_of(con, source)
    refuse_personal(table, [name for name, _ in columns])
    [(rows,)] = con.execute(f"SELECT count(*) FROM {source}").fetchall()
    if table.parts and rows > parts.MOST_ROWS_WHOLE:
        return _of_parts(table, columns, parts.sums(con, source, table.parts))
    [counted] = con.execute(
        f"""SELECT count(*), sum(row_hash), sum(hash(row_hash, 1))
            FROM (SELECT hash(whole_row) AS row_hash FROM {source} AS whole_row)"""
    ).fetchall()
    return TableContent(table.label, counted[0], _sha256([columns, *map(str, counted)]))


def content_in_part(
    con: duckdb.DuckDBPyConnection, table: Served, source: str, before: TableContent, chosen: Collection[str]
) -> TableContent | None:
    """What a table holds of which only the chosen parts can be others than before: these are read, the others are as they were. None where they
    are not: it has other rows in all than its parts together."""
    assert table.parts
    columns = columns_of(con, source)
    refuse_personal(table, [name for name, _ in columns])
    kept = {part: told for part, told in before.parts.items() if part not in chosen}
    now = dict(sorted({**kept, **parts.sums(con, source, table.parts, parts.among(table.parts, chosen))}.items()))
    [(rows,)] = con.execute(f"SELECT count(*) FROM {source}").fetchall()
    return _of_parts(table, columns, now) if rows == parts.total(now)[0] else None


def content_put_right(
    con: duckdb.DuckDBPyConnection, table: Served, source: str, before: TableContent, chosen: Collection[str]
) -> TableContent:
    """The same of a table whose chosen parts were put right. Raises RuntimeError where the others are not as they were."""
    found = content_in_part(con, table, source, before, chosen)
    if found is None:
        raise RuntimeError(
            f"{table.label} has other rows than its parts together had: not only {sorted(chosen)} were others"
        )
    return found


def digest_of(held: Iterable[TableContent], tables: Iterable[Served]) -> str:
    """One digest over all tables and what is said of them: a new definition is news, too."""
    said = [[table.label, table.comment, dict(table.columns)] for table in tables]
    return _sha256([[[content.table, content.digest] for content in held], said])


def _of_parts(table: Served, columns: list[list[str]], held: Mapping[str, str]) -> TableContent:
    counted = parts.total(held)
    return TableContent(table.label, counted[0], _sha256([columns, *map(str, counted)]), held)


def columns_of(con: duckdb.DuckDBPyConnection, source: str) -> list[list[str]]:
    """Name and type of each column, in their order."""
    shape = con.sql(f"SELECT * FROM {source}")
    return [[name, str(kind)] for name, kind in zip(shape.columns, shape.types, strict=True)]


def _sha256(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
