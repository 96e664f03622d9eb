"""What a release has records of: `meta.feeds`, and `meta.relations` with the feeds that each relation is made of and why it is empty.

Belongs here: feeds against relations, by the lineage of dbt's manifest. That a city lacks a feed is no fault: what is made of it is empty
and says so.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import duckdb

from pipelines.city import City
from pipelines.feeds import FEEDS
from pipelines.publish.contents import Served

FEEDS_TOLD = Served(
    "meta",
    "feeds",
    "数据源：每个一行，本城市是否配置、是否已有记录\nThe feeds, one row each: whether this city has it, and whether anything has arrived",
    {
        "feed": "数据源\nFeed",
        "title_zh": "中文名称\nChinese title",
        "title_en": "英文名称\nEnglish title",
        "is_configured": "本城市是否配置了该数据源\nWhether this city has it",
        "has_records": "是否已有入库记录\nWhether any record of it was loaded",
        "batch_count": "批次数\nBatches",
        "rows_loaded": "入库行数\nRows loaded",
        "rows_quarantined": "隔离行数\nRows in quarantine",
        "first_record_on": "最早记录日期\nDay of the earliest record",
        "last_record_on": "最新记录日期\nDay of the latest record",
        "last_loaded_for_on": "最近一次入库所属的截至日期\nAs-of day of the last batch",
    },
)
RELATIONS = Served(
    "meta",
    "relations",
    "本发布版的各表：由哪些数据源得出、是否为空及原因\nThe relations of this release: which feeds each is made of, whether it is empty, and why",
    {
        "relation": "表\nRelation",
        "feeds": "所依据的数据源\nFeeds that it is made of",
        "lacking_feeds": "其中本城市没有或尚无记录的\nOf these, those that the city lacks or of which nothing has arrived",
        "lacking_tables": "所依据的参考表中为空的\nReference tables that it is made of and that have no rows",
        "row_count": "行数\nRows",
        "is_empty": "是否为空\nWhether it is empty",
        "cause": "为空的原因代码：no_feed 无数据源，nothing_arrived 尚无记录，all_quarantined 全在隔离区，no_reference 无参考表，nothing_counts 无属于此表的\nWhy it is empty, in a word",
        "why_zh": "为空的原因；不为空则无\nWhy it is empty, Chinese",
        "why_en": "为空的原因（英文）\nWhy it is empty",
    },
)
#: Why a relation is empty: what keeps all of its feeds' records away, or that none of those that came belongs there.
CAUSES = {
    "no_feed": ("本城市没有数据源", "this city has no feed"),
    "nothing_arrived": ("已配置、尚无记录", "configured, nothing arrived yet"),
    "all_quarantined": ("已配置、到达的行都在隔离区", "configured, all that arrived is in quarantine"),
    "no_reference": ("参考表没有内容", "reference tables without rows"),
    "nothing_counts": ("有记录，但没有属于此表的", "there are records, but none that belongs here"),
}
Row = dict[str, Any]
#: {relation: {(schema, name) of each source table that it is made of}}
Lineage = dict[str, set[tuple[str, str]]]


def feeds_told(con: duckdb.DuckDBPyConnection, city: City, as_of: dt.date) -> list[Row]:
    """The rows of `meta.feeds` as of the day, out of `memory.meta.batches`, in which what stewards decided later does not count."""
    asked = con.execute(
        """select feed, count(*) as batch_count, sum(rows_loaded)::bigint as rows_loaded,
           sum(rows_quarantined)::bigint as rows_quarantined, min(first_record_on) as first_record_on,
           max(last_record_on) as last_record_on, max(loaded_for_on) as last_loaded_for_on
           from memory.meta.batches where loaded_for_on <= $as_of group by feed""",
        {"as_of": as_of},
    )
    names = [column[0] for column in asked.description or []]
    ledger = {row[0]: dict(zip(names, row, strict=True)) for row in asked.fetchall()}
    nothing = {"batch_count": 0, "rows_loaded": 0, "rows_quarantined": 0}
    told = []
    for name, feed in FEEDS.items():
        profile, counts = city.feeds.get(name), ledger.get(name, nothing)
        told.append(
            {
                "feed": name,
                "title_zh": (profile.title_zh if profile else "") or feed.title_zh,
                "title_en": (profile.title_en if profile else "") or feed.title_en,
                "is_configured": profile is not None or name in city.broken,
                "has_records": counts["rows_loaded"] > 0,
                **{key: counts.get(key) for key in names if key != "feed"},
            }
        )
    return told


def relations_told(
    con: duckdb.DuckDBPyConnection, tables: Sequence[Served], manifest: Mapping[str, Any], feeds: Sequence[Row]
) -> Iterator[Row]:
    """The rows of `meta.relations`."""
    known = {row["feed"]: row for row in feeds}
    lineage = sources_of(manifest)
    without_rows = _empty_tables(
        con, {name for made_of in lineage.values() for schema, name in made_of if schema == "reference"}
    )
    for table in tables:
        made_of = lineage.get(table.label, set())
        needed = [row for name, row in known.items() if ("raw", name) in made_of]
        lacking = [row for row in needed if not row["has_records"]]
        lacking_tables = sorted(name for schema, name in made_of if schema == "reference" and name in without_rows)
        [(count,)] = con.execute(f'select count(*) from build."{table.schema}"."{table.name}"').fetchall()
        cause, zh, en = why_empty(needed, lacking, lacking_tables) if count == 0 else (None, None, None)
        yield {
            "relation": table.label, "feeds": ", ".join(row["feed"] for row in needed), "lacking_feeds": ", ".join(row["feed"] for row in lacking),
            "lacking_tables": ", ".join(lacking_tables), "row_count": count, "is_empty": count == 0, "cause": cause,
            "why_zh": zh, "why_en": en,
        }  # fmt: skip


def sources_of(manifest: Mapping[str, Any]) -> Lineage:
    """The source tables that each model is made of in the end."""
    nodes, sources = manifest["nodes"], manifest.get("sources", {})
    found: dict[str, set[tuple[str, str]]] = {}

    def of(key: str) -> set[tuple[str, str]]:
        if key in sources:
            return {(sources[key]["schema"], sources[key]["name"])}
        if key not in found:
            above = nodes.get(key, {}).get("depends_on", {}).get("nodes", [])
            found[key] = set().union(*(of(one) for one in above))
        return found[key]

    models = {key: node for key, node in nodes.items() if node["resource_type"] == "model"}
    return {f"{node['schema']}.{node.get('alias') or node['name']}": of(key) for key, node in models.items()}


def why_empty(needed: Sequence[Row], lacking: Sequence[Row], lacking_tables: Sequence[str]) -> tuple[str, str, str]:
    """Why a relation without rows has none: the cause (one of CAUSES), and the whole reason in Chinese and English.

    Where some of its feeds have records, what is lacking may or may not be the reason; both are said.
    """
    kinds = {
        "no_feed": [row for row in lacking if not row["is_configured"]],
        "nothing_arrived": [row for row in lacking if row["is_configured"] and not row["rows_quarantined"]],
        "all_quarantined": [row for row in lacking if row["is_configured"] and row["rows_quarantined"]],
    }
    there = [cause for cause, feeds in kinds.items() if feeds]
    if there and len(lacking) == len(needed):
        cause = there[-1]
    else:
        cause = "no_reference" if lacking_tables and not needed else "nothing_counts"
    said = [CAUSES[cause]] if cause == "nothing_counts" else []
    for one in there:
        (zh, en), feeds = CAUSES[one], kinds[one]
        said.append((f"{zh}：{_names(feeds, 'zh')}", f"{en}: {_names(feeds, 'en')}"))
    if lacking_tables and not lacking:
        (zh, en), names = CAUSES["no_reference"], ", ".join(lacking_tables)
        said.append((f"{zh}：{names}", f"{en}: {names}"))
    return cause, "；".join(zh for zh, _ in said), "; ".join(en for _, en in said)


def _names(feeds: Iterable[Row], language: str) -> str:
    return ", ".join(f"{row[f'title_{language}']} ({row['feed']})" for row in feeds)


def _empty_tables(con: duckdb.DuckDBPyConnection, names: set[str]) -> set[str]:
    there = con.execute(
        "select table_name from duckdb_tables() where database_name = 'build' and schema_name = 'reference'"
    ).fetchall()
    counts = {name: con.execute(f'select count(*) from build.reference."{name}"').fetchall()[0][0] for (name,) in there}
    return {name for name in names if counts.get(name, 0) == 0}
