"""Writes one release's files: the DuckDB file, its Parquet copies, and a digest of what they hold.

Belongs here: everything that touches the tables' bytes. Which tables, and when a release becomes the current one, is
decided elsewhere (`contents`, `release`).
"""

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from pipelines.errors import BusyError, SetupError
from pipelines.publish import digests, going_on, parts
from pipelines.publish.contents import Served
from pipelines.publish.digests import TableContent
from pipelines.publish.going_on import Base
from pipelines.publish.parts import Copy
from pipelines.publish.touched import Touched

#: Clients from DuckDB 1.0 on can read it.
STORAGE_VERSION = "v1.0.0"

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


@contextmanager
def reader(build_db: Path, memory: str = "1GB") -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection on which the build file is attached, read-only, as `build`; beyond so much memory it works on disk, beside that file."""
    if not build_db.exists():
        raise SetupError(
            "还没有建库", "nothing has been built yet", file=build_db,
            remedy_zh="先运行 `chengguan nightly`", remedy_en="run `chengguan nightly` first",
        )  # fmt: skip
    con = duckdb.connect(":memory:", config={"autoinstall_known_extensions": False, "autoload_known_extensions": False})
    try:
        limit_memory(con, memory)
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


def limit_memory(con: duckdb.DuckDBPyConnection, memory: str) -> None:
    """Lets the connection hold so much, from now on."""
    con.execute("SET memory_limit = $memory", {"memory": memory})


def contents(
    con: duckdb.DuckDBPyConnection,
    tables: Iterable[Served],
    known: Mapping[str, TableContent] | None = None,
    touched: Touched | None = None,
) -> list[TableContent]:
    """What each table of the build holds.

    `known` are the tables of a release that was made of the very same build (`build_mark`): those of dbt are not read again. Of large tables only
    what was `touched` is, where that is known.
    """
    told = known or {}
    return [
        told[table.label] if table.schema != "meta" and table.label in told else _content(con, table, touched)
        for table in tables
    ]


def _content(con: duckdb.DuckDBPyConnection, table: Served, touched: Touched | None) -> TableContent:
    source = relation(home_of(table), table)
    if touched and table.label in touched.weeks and (before := touched.before.get(table.label)) and before.parts:
        found = digests.content_in_part(con, table, source, before, touched.weeks[table.label])
        if found:
            return found
    return digests.content_of(con, table, source)


def build_mark(con: duckdb.DuckDBPyConnection) -> str | None:
    """Names the build that the tables are of; None where they may have been changed since it was complete."""
    try:
        rows = con.execute(
            """SELECT built_at_utc::VARCHAR FROM build.ops.build_state WHERE EXISTS (SELECT 1 FROM build.ops.build_sources)"""
        ).fetchall()
    except duckdb.CatalogException:
        return None
    return str(rows[0][0]) if rows else None


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
    con: duckdb.DuckDBPyConnection,
    folder: Path,
    tables: list[Served],
    held: list[TableContent],
    *,
    about: Mapping[str, Any],
    base: Base | None = None,
) -> list[TableContent]:
    """Write `serving.duckdb` and `parquet/` into the folder; returns what was written, read back from the file.

    `held` is what each of the tables holds. With a `base` its file is put right: what it holds already is not written again.
    """
    file = folder / FILE_NAME
    everything = [*tables, _RELEASE]
    if base:
        going_on.copy(base.folder / FILE_NAME, file)
        con.execute(f"ATTACH {quoted(file)} AS serving")
        _drop_what_is_served_no_longer(con, everything)
    else:
        con.execute(f"ATTACH {quoted(file)} AS serving (STORAGE_VERSION '{STORAGE_VERSION}')")
    for schema in dict.fromkeys(table.schema for table in everything):
        con.execute(f"CREATE SCHEMA IF NOT EXISTS serving.{schema}")
    done = [_write_table(con, folder, table, now, base) for table, now in zip(tables, held, strict=True)]
    _write_release(con, about)
    copies = [*(copy for _, of_table in done for copy in of_table), _whole_copy(folder, _RELEASE)]
    for table in everything:
        _comment(con, table)
    _copy_to_parquet(con, copies)
    con.execute("CHECKPOINT serving")
    con.execute("DETACH serving")
    if Path(f"{file}.wal").exists():
        raise RuntimeError(f"{file}.wal was left behind: the file is not whole by itself")
    return [found for found, _ in done]


def _write_table(
    con: duckdb.DuckDBPyConnection, folder: Path, table: Served, now: TableContent, base: Base | None
) -> tuple[TableContent, list[Copy]]:
    """One table; what it then holds, by the file, and the Parquet files that are to be written of it."""
    source, target = relation(home_of(table), table), relation("serving", table)
    before = base.tables.get(table.label) if base else None
    if base and before == now and not now.parts:
        parts.link(_parquet(base.folder, table), _parquet(folder, table))
        return before, []
    if before and before.parts and now.parts and digests.columns_of(con, source) == digests.columns_of(con, target):
        changed = parts.differing(before.parts, now.parts)
        if changed:
            parts.put_right(con, target, source, str(table.parts), changed)
        found = digests.content_put_right(con, table, target, before, changed)
    else:
        # Ordered, so that the same content gives the same file, compresses well and prunes by row group. Tables in parts keep the order of the
        # build, which is that of their day or nearly so: sorting them by all columns would take longer than writing them.
        order = "" if now.rows > parts.MOST_ROWS_WHOLE else "ORDER BY ALL"
        con.execute(f"CREATE OR REPLACE TABLE {target} AS SELECT * FROM {source} {order}")
        changed, found = sorted(now.parts), digests.content_of(con, table, target)
    if not now.parts:
        return found, [_whole_copy(folder, table)]
    kept = {}
    if base:
        last = _parquet(base.folder, table).with_suffix("")
        kept = {name: last / f"{name}.parquet" for name in set(now.parts) - set(changed)}
    into = _parquet(folder, table).with_suffix("")
    return found, parts.parquet_copies(target, str(table.parts), into=into, names=now.parts, kept=kept)


def _parquet(folder: Path, table: Served) -> Path:
    target = folder / "parquet" / table.schema / f"{table.name}.parquet"
    target.parent.mkdir(parents=True, exist_ok=True)
    return target


def _whole_copy(folder: Path, table: Served) -> Copy:
    return f"SELECT * FROM {relation('serving', table)}", _parquet(folder, table)


def _copy_to_parquet(con: duckdb.DuckDBPyConnection, copies: Iterable[Copy]) -> None:
    """Writes what each query gives to its file; two at once, since a week has too few rows for the engine to share out."""

    def write_one(copy: Copy) -> None:
        query, file = copy
        with con.cursor() as own:
            own.execute(f"COPY ({query}) TO {quoted(file)} (FORMAT parquet, COMPRESSION zstd)")

    with ThreadPoolExecutor(max_workers=2) as at_once:
        list(at_once.map(write_one, copies))


def _drop_what_is_served_no_longer(con: duckdb.DuckDBPyConnection, tables: Iterable[Served]) -> None:
    served = {(table.schema, table.name) for table in tables}
    held = "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'serving'"
    for schema, name in con.execute(held).fetchall():
        if (schema, name) not in served:
            con.execute(f'DROP TABLE serving."{schema}"."{name}"')


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
        """CREATE OR REPLACE TABLE serving.meta.release (release_id VARCHAR, as_of DATE, city_id VARCHAR,
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
