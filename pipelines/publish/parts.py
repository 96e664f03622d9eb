"""Large tables of a release in parts, one a week, so that a night writes again only what has changed.

Belongs here: what a part is, what each holds, putting those in order that are another than in the last release, and their Parquet files.
When a release goes on from the last one's file at all is decided in `going_on`.

A table is in parts where its model names a column for them (`meta: {parts: reported_at}`) and it has more than MOST_ROWS_WHOLE rows. A city of a
thousand cases a day has none for years.
"""

import datetime as dt
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

import duckdb

#: Tables of no more rows are written whole, sorted by all their columns.
MOST_ROWS_WHOLE = 1_000_000

#: A query, and the Parquet file that is to hold what it gives.
Copy = tuple[str, Path]

#: The part of rows without a date.
UNDATED = "undated"


def week(column: str) -> str:
    """The Monday of a row's week, as SQL over a relation that is called `whole_row`; NULL without a date."""
    return f"date_trunc('week', whole_row.\"{column}\")::DATE"


def sums(con: duckdb.DuckDBPyConnection, source: str, column: str, within: str = "true") -> dict[str, str]:
    """{part: rows and two sums of their hashes}, of the rows that `within` allows (it calls them `whole_row`)."""
    rows = con.execute(
        f"""SELECT week, count(*), sum(row_hash), sum(hash(row_hash, 1))
            FROM (SELECT {week(column)} AS week, hash(whole_row) AS row_hash FROM {source} AS whole_row WHERE {within})
            GROUP BY week ORDER BY week"""
    ).fetchall()
    return {UNDATED if monday is None else str(monday): ":".join(map(str, counted)) for monday, *counted in rows}


def total(parts: Mapping[str, str]) -> tuple[int, int, int]:
    """Rows and the two sums of the whole table."""
    counted = [tuple(map(int, one.split(":"))) for one in parts.values()]
    return tuple(map(sum, zip(*counted, strict=True))) if counted else (0, 0, 0)  # type: ignore[return-value]


def differing(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """The parts that do not hold the same, those that are in one of the two only among them."""
    return sorted(part for part in {*before, *now} if before.get(part) != now.get(part))


def rows_of(parts: Mapping[str, str], chosen: Iterable[str]) -> int:
    return sum(int(parts[part].split(":")[0]) for part in chosen if part in parts)


def among(column: str, chosen: Iterable[str]) -> str:
    """The condition for rows of these parts, of a relation that is called `whole_row`. The span of their days stands beside the exact weeks, since it skips whole row groups."""
    names = sorted(chosen)
    days = [dt.date.fromisoformat(name) for name in names if name != UNDATED]
    spans = [f'whole_row."{column}" IS NULL'] if UNDATED in names else []
    if days:
        beyond = max(days) + dt.timedelta(days=7)
        spans.append(f"whole_row.\"{column}\" >= DATE '{min(days)}' AND whole_row.\"{column}\" < DATE '{beyond}'")
    listed = ", ".join(f"DATE '{day}'" for day in days) or "NULL"
    within = [f"({' OR '.join(spans) or 'false'})", f"({week(column)} IS NULL OR {week(column)} IN ({listed}))"]
    return " AND ".join(within)


def put_right(con: duckdb.DuckDBPyConnection, target: str, source: str, column: str, chosen: Iterable[str]) -> None:
    """Gives the target the source's rows in these parts; both have the same columns. Only rows that differ are taken out and put in.

    Rows are told apart by their hash: of each that is not there equally often in both, all go and all come.
    """
    within = among(column, chosen)
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE differing AS SELECT row_hash FROM (
                SELECT hash(whole_row) AS row_hash, 1 AS often FROM {target} AS whole_row WHERE {within}
                UNION ALL SELECT hash(whole_row), -1 FROM {source} AS whole_row WHERE {within}
            ) GROUP BY row_hash HAVING sum(often) <> 0"""
    )
    other = f"{within} AND hash(whole_row) IN (SELECT row_hash FROM differing)"
    con.execute(f"DELETE FROM {target} AS whole_row WHERE {other}")
    con.execute(f"INSERT INTO {target} SELECT * FROM {source} AS whole_row WHERE {other}")
    con.execute("DROP TABLE differing")


def parquet_copies(
    source: str, column: str, *, into: Path, names: Iterable[str], kept: Mapping[str, Path]
) -> list[Copy]:
    """For each part of the names that is not kept, a query of its rows and the file in the folder that is to hold them. Of the parts that the last release has as
    well, its very files are put there (hard links)."""
    into.mkdir(parents=True, exist_ok=True)
    copies = []
    for name in names:
        target = into / f"{name}.parquet"
        if name in kept:
            link(kept[name], target)
        else:
            copies.append((f"SELECT * FROM {source} AS whole_row WHERE {among(column, [name])}", target))
    return copies


def link(source: Path, target: Path) -> None:
    """The same file under a second name; a copy where the file system has no such names."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
