"""Writes one release's files: the DuckDB file, its Parquet copies, and a digest of what they hold.

Belongs here: everything that touches the tables' bytes. Which tables, and when a release becomes the current one, is
decided elsewhere (`contents`, `release`).
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipelines.errors import BusyError, SetupError
from pipelines.publish.contents import Served, refuse_personal

#: Clients from DuckDB 1.0 on can read it.
STORAGE_VERSION = "v1.0.0"

#: Tables of more rows are not sorted for a release.
MOST_ROWS_SORTED = 1_000_000

#: The catalogue's name in the file; never the name of a schema in it, or `a.b` becomes ambiguous.
FILE_NAME = "serving.duckdb"

_RELEASE = Served(
    "meta",
    "release",
    "本发布版的说明，只有一行\nWhat this release is; one row",
    {
        "release_id": "发布版编号\nNumber of the release",
        "as_of": "截至日期\nAs-of date",
        "city_id": "城市配置名\nCity profile",
        "city_name_zh": "城市名称\nName of the city, Chinese",
        "city_name_en": "城市名称（英文）\nName of the city",
        "created_at_utc": "发布时刻（UTC）\nWhen it was published, UTC",
        "code_version": "程序版本\nVersion of the code that published it",
        "content_digest": "内容摘要\nDigest of the content",
        "table_count": "表数\nTables",
        "row_count": "总行数\nRows of all tables",
    },
)


@dataclass(frozen=True)
class TableContent:
    """What one table holds: enough to tell whether two releases say the same."""

    table: str
    rows: int
    digest: str


@contextmanager
def reader(build_db: Path, memory: str = "4GB") -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection on which the build file is attached, read-only, as `build`; beyond so much memory it works on disk, beside that file."""
    if not build_db.exists():
        raise SetupError(
            "还没有建库", "nothing has been built yet", file=build_db,
            remedy_zh="先运行 `chengguan nightly`", remedy_en="run `chengguan nightly` first",
        )  # fmt: skip
    con = duckdb.connect(":memory:", config={"autoinstall_known_extensions": False, "autoload_known_extensions": False})
    try:
        con.execute("SET memory_limit = $memory", {"memory": memory})
        con.execute("SET temp_directory = $folder", {"folder": f"{build_db}.release.tmp"})
        con.execute(f"ATTACH {quoted(build_db)} AS build (READ_ONLY)")
        yield con
    except duckdb.IOException as cause:
        if "lock" not in str(cause).lower():
            raise
        raise BusyError(
            "另一个程序正在写库", "another process is writing the build file", file=build_db,
            remedy_zh="等它结束再试", remedy_en="try again when it has ended",
        ) from cause  # fmt: skip
    finally:
        con.close()


def contents(
    con: duckdb.DuckDBPyConnection,
    tables: Iterable[Served],
    catalog: str | None = None,
    known: Iterable[Mapping[str, Any]] = (),
) -> list[TableContent]:
    """Rows and digest of each table. The digest does not depend on the order of the rows.

    `known` are the tables of a release that was made of the very same build (`build_mark`): those of dbt are not read again.

    Two sums of each row's hash (sums, so nothing cancels out as it would with XOR), with the table's column names and types. The engine's
    own hash takes a thirtieth of an MD5 over JSON, which took longer than all else of a release of millions of rows; another version of the
    engine may hash otherwise, and then publishes the same content once more.
    """
    held = []
    told = {one["name"]: TableContent(one["name"], one["rows"], one["digest"]) for one in known}
    for table in tables:
        if table.schema != "meta" and table.label in told:
            held.append(told[table.label])
            continue
        source = relation(catalog or home_of(table), table)
        shape = con.sql(f"SELECT * FROM {source}")
        refuse_personal(table, shape.columns)
        [counted] = con.execute(
            f"""SELECT count(*), sum(row_hash), sum(hash(row_hash, 1))
                FROM (SELECT hash(whole_row) AS row_hash FROM {source} AS whole_row)"""
        ).fetchall()
        columns = [[name, str(kind)] for name, kind in zip(shape.columns, shape.types, strict=True)]
        held.append(TableContent(table.label, counted[0], _sha256([columns, *map(str, counted)])))
    return held


def build_mark(con: duckdb.DuckDBPyConnection) -> str | None:
    """Names the build that the tables are of; None where they may have been changed since it was complete."""
    try:
        rows = con.execute(
            """SELECT built_at_utc::VARCHAR FROM build.ops.build_state WHERE EXISTS (SELECT 1 FROM build.ops.build_sources)"""
        ).fetchall()
    except duckdb.CatalogException:
        return None
    return str(rows[0][0]) if rows else None


def digest_of(held: Iterable[TableContent], tables: Iterable[Served]) -> str:
    """One digest over all tables and what is said of them: a new definition is news, too."""
    said = [[table.label, table.comment, dict(table.columns)] for table in tables]
    return _sha256([[[content.table, content.digest] for content in held], said])


def ledger_totals(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """The sums of `meta.batches`."""
    totals = con.sql(
        """SELECT count(*) AS batches, coalesce(sum(rows_read), 0)::BIGINT AS rows_read,
           coalesce(sum(rows_loaded), 0)::BIGINT AS rows_loaded,
           coalesce(sum(rows_quarantined), 0)::BIGINT AS rows_quarantined,
           coalesce(sum(rows_dismissed), 0)::BIGINT AS rows_dismissed,
           coalesce(sum(rows_superseded), 0)::BIGINT AS rows_superseded FROM memory.meta.batches"""
    )
    return dict(zip(totals.columns, totals.fetchall()[0], strict=True))


def write(
    con: duckdb.DuckDBPyConnection, folder: Path, tables: list[Served], about: Mapping[str, Any]
) -> list[TableContent]:
    """Write `serving.duckdb` and `parquet/` into the folder; returns what was written, read back from the file."""
    file = folder / FILE_NAME
    everything = [*tables, _RELEASE]
    rows = {table["name"]: table["rows"] for table in about["tables"]}
    con.execute(f"ATTACH {quoted(file)} AS serving (STORAGE_VERSION '{STORAGE_VERSION}')")
    for schema in dict.fromkeys(table.schema for table in everything):
        con.execute(f"CREATE SCHEMA serving.{schema}")
    for table in tables:
        # Ordered, so that the same content gives the same file, compresses well and prunes by row group. Large tables keep the order in which
        # their records came: it prunes by time, and sorting them by all columns would take longer than writing them.
        order = "ORDER BY ALL" if rows.get(table.label, 0) <= MOST_ROWS_SORTED else ""
        con.execute(
            f"CREATE TABLE {relation('serving', table)} AS SELECT * FROM {relation(home_of(table), table)} {order}"
        )
    _write_release(con, about)
    for table in everything:
        _comment(con, table)
        target = folder / "parquet" / table.schema / f"{table.name}.parquet"
        target.parent.mkdir(parents=True, exist_ok=True)
        con.execute(
            f"COPY (SELECT * FROM {relation('serving', table)}) TO {quoted(target)} (FORMAT parquet, COMPRESSION zstd)"
        )
    written = contents(con, tables, "serving")
    con.execute("CHECKPOINT serving")
    con.execute("DETACH serving")
    if Path(f"{file}.wal").exists():
        raise RuntimeError(f"{file}.wal was left behind: the file is not whole by itself")
    return written


def home_of(table: Served) -> str:
    """The catalogue that a release takes the table from."""
    return "memory" if table.schema == "meta" else "build"


def relation(catalog: str, table: Served) -> str:
    return f'{catalog}."{table.schema}"."{table.name}"'


def quoted(value: object) -> str:
    """A SQL string literal."""
    return "'" + str(value).replace("'", "''") + "'"


def _write_release(con: duckdb.DuckDBPyConnection, about: Mapping[str, Any]) -> None:
    con.execute(
        """CREATE TABLE serving.meta.release (release_id VARCHAR, as_of DATE, city_id VARCHAR,
           city_name_zh VARCHAR, city_name_en VARCHAR, created_at_utc TIMESTAMP, code_version VARCHAR,
           content_digest VARCHAR, table_count BIGINT, row_count BIGINT)"""
    )
    con.execute(
        "INSERT INTO serving.meta.release VALUES (?, ?, ?, ?, ?, ?::TIMESTAMP, ?, ?, ?, ?)",
        [
            about["id"], about["as_of"], about["city"]["id"], about["city"]["name_zh"], about["city"]["name_en"],
            about["created_at_utc"].rstrip("Z"), about["code_version"], about["content_digest"],
            len(about["tables"]), sum(table["rows"] for table in about["tables"]),
        ],
    )  # fmt: skip


def _comment(con: duckdb.DuckDBPyConnection, table: Served) -> None:
    target = relation("serving", table)
    if table.comment:
        con.execute(f"COMMENT ON TABLE {target} IS {quoted(table.comment)}")
    present = set(con.sql(f"SELECT * FROM {target}").columns)
    for column, said in table.columns.items():
        if column in present:
            con.execute(f'COMMENT ON COLUMN {target}."{column}" IS {quoted(said)}')


def _sha256(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
