"""The catalogue of a release: dbt's documentation page as one file that asks no other host for anything.

Belongs here: which parts of dbt's manifest leave the house, the words in both languages, and the page. The page itself is dbt's own, taken from the
installed dbt-core. `dbt docs generate` is not run: it took 5 to 23 s a night and writes this machine's paths and the run's
arguments into the page; what it would ask the database for is asked here in one query.
"""

import importlib.util
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from pipelines.errors import SetupError
from pipelines.publish.catalogue_users import with_pages
from pipelines.publish.catalogue_words import LABELS, described, label, metric_described
from pipelines.publish.contents import Served
from pipelines.publish.digests import TableContent
from pipelines.publish.package import home_of

FILE_NAME = "catalogue/index.html"

#: What may leave, by name: paths of the machine, times, arguments and compiled SQL are not among it, whatever dbt adds one day.
_OF_ALL = (
    "unique_id", "name", "resource_type", "package_name", "path", "original_file_path", "fqn", "tags", "docs", "refs", "sources", "metrics",
)  # fmt: skip
_KEPT = {
    "nodes": (
        "alias", "database", "schema", "raw_code", "language", "relation_name", "access", "group", "column_name", "test_metadata", "attached_node",
    ),
    "sources": ("source_name", "identifier", "database", "schema", "relation_name", "loader"),
    "exposures": ("type", "label", "owner", "maturity", "url"),
    "metrics": ("label", "type", "type_params", "filter", "group"),
    "semantic_models": ("label", "model", "entities", "measures", "dimensions", "defaults", "primary_entity", "node_relation"),
    "macros": ("macro_sql", "arguments"),
}  # fmt: skip
_METADATA = ("dbt_schema_version", "dbt_version", "project_name", "adapter_type", "quoting")

#: No request leaves the page, even if a later dbt wants one. `unsafe-eval` is for the library that draws the lineage.
_POLICY = "default-src 'unsafe-inline' 'unsafe-eval' data: blob:; connect-src 'none'; form-action 'none'"
_INSTEAD = {
    "Search for models...": "搜索 Search: 表、字段、指标 …",
    # Before its value is known, the browser would ask for a file of that name.
    'xlink:href="{{': 'ng-attr-href="{{',
    # dbt's own counter of visits; it is off, and here it has nobody to tell.
    "//d1fc8wv8zag5ca.cloudfront.net/2.9.0/sp.js": "",
}
#: A label between two tags; the page's line breaks are those of a string in JavaScript.
_LABEL = re.compile(rf">((?:\\n|\s)*)({'|'.join(LABELS)})((?:\\n|\s)*)<")
_DATA = ('"MANIFEST.JSON INLINE DATA"', '"CATALOG.JSON INLINE DATA"')


def write_catalogue(
    con: duckdb.DuckDBPyConnection,
    folder: Path,
    manifest: Mapping[str, Any],
    tables: Sequence[Served],
    held: Iterable[TableContent],
    *,
    about: Mapping[str, Any],
) -> None:
    """Write `catalogue/index.html` into a release's folder.

    `con` has the build file attached as `build` and the release's own tables as `memory.meta.*`; `held` gives each served table's rows.
    """
    known = told(manifest, tables, about)
    seen = columns_seen(con, known, {content.table: content.rows for content in held})
    target = folder / FILE_NAME
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(page(dbt_page(), known, seen, about), encoding="utf-8")


def told(manifest: Mapping[str, Any], tables: Sequence[Served], about: Mapping[str, Any]) -> dict[str, Any]:
    """The manifest as the catalogue shows it: the kept parts of the project's own nodes, described in both languages.

    What the release serves stands under the database `serving`, the rest under `build`. The tables that the release adds to
    dbt's (`meta.*`) stand among the sources.
    """
    manifest = with_pages(manifest, (about.get("site") or {}).get("pages", ()))
    metadata = manifest.get("metadata", {})
    project = metadata.get("project_name", "")
    copy: dict[str, Any] = {
        kind: {
            key: _told(kind, node)
            for key, node in manifest.get(kind, {}).items()
            if kind != "macros" or node.get("package_name") == project
        }
        for kind in _KEPT
    }
    own = [_source(table, project) for table in tables if home_of(table) == "memory"]
    copy["sources"].update({node["unique_id"]: node for node in own})
    served = {(table.schema, table.name) for table in tables}
    for node in (*copy["nodes"].values(), *copy["sources"].values()):
        node["database"] = "serving" if _named(node) in served else "build"
    copy["metadata"] = {name: metadata[name] for name in _METADATA if name in metadata}
    copy["metadata"] |= {"send_anonymous_usage_stats": False, "generated_at": about["created_at_utc"]}
    copy["docs"] = _overview(manifest, project, about)
    copy.update({"groups": {}, "saved_queries": {}, "unit_tests": {}, "functions": {}, "selectors": {}, "disabled": {}})
    there = {key for kind in _KEPT for key in copy[kind]}
    for name in ("parent_map", "child_map"):
        given = manifest.get(name, {})
        copy[name] = {key: [one for one in given.get(key, []) if one in there] for key in sorted(there)}
    return copy


def columns_seen(con: duckdb.DuckDBPyConnection, known: Mapping[str, Any], rows: Mapping[str, int]) -> dict[str, Any]:
    """dbt's second file: the columns of each relation as the database has them, and the rows of those that are served."""
    columns: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for schema, table, column, kind in con.execute(
        """select schema_name, table_name, column_name, data_type from duckdb_columns()
           where database_name = 'build' or (database_name = 'memory' and schema_name = 'meta') order by schema_name, table_name, column_index"""
    ).fetchall():
        columns[schema, table].append((column, kind))
    return {
        part: {
            key: {"unique_id": key, **_relation(node, named, columns[named], rows)}
            for key, node in known[part].items()
            if (named := _named(node)) in columns and node.get("resource_type") in ("model", "source")
        }
        for part in ("nodes", "sources")
    }


def page(html: str, known: Mapping[str, Any], seen: Mapping[str, Any], about: Mapping[str, Any]) -> str:
    """dbt's page with the data in it, labels in both languages, and nothing that leads elsewhere."""
    lost = [mark for mark in _DATA if mark not in html]
    if lost or "<head>" not in html:
        raise SetupError(
            "dbt 的文档页与所用版本不符", "dbt's documentation page is not as it is known", key="dbt-core", value=", ".join(lost) or "<head>",
            remedy_zh="按 requirements.lock 重新安装（`make setup`）", remedy_en="install what requirements.lock names (`make setup`)",
        )  # fmt: skip
    title = f"数据目录 Catalogue · {about['city']['name_zh']} · {about['id']}"
    html = _LABEL.sub(lambda found: f">{found[1]}{LABELS[found[2]]} {found[2]}{found[3]}<", html)
    for known_as, better in _INSTEAD.items():
        html = html.replace(known_as, better)
    start, end = html.index("<title>"), html.index("<script")
    policy = f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}"><link rel="icon" href="data:,">'
    html = f"{html[:start]}<title>{title}</title>{html[end:]}".replace("<head>", f"<head>{policy}", 1)
    for mark, data in zip(_DATA, (known, seen), strict=True):
        html = html.replace(mark, _inline(data), 1)
    return html


def dbt_page() -> str:
    """The page as the installed dbt-core brings it; found, not imported, since importing dbt takes seconds."""
    spec = importlib.util.find_spec("dbt")
    places = list(spec.submodule_search_locations or []) if spec else []
    for place in places:
        if (path := Path(place) / "task" / "docs" / "index.html").is_file():
            return path.read_text(encoding="utf-8")
    raise SetupError(
        "找不到 dbt 的文档页", "dbt's documentation page is not there", key="dbt-core", value=", ".join(map(str, places)),
        remedy_zh="重新安装（`make setup`）", remedy_en="install again (`make setup`)",
    )  # fmt: skip


def _told(kind: str, node: Mapping[str, Any]) -> dict[str, Any]:
    copy = {name: node[name] for name in (*_OF_ALL, *_KEPT[kind]) if name in node}
    copy["description"] = metric_described(node) if kind == "metrics" else described(node)
    copy["meta"] = {}
    copy["config"] = {
        name: node["config"][name] for name in ("materialized", "contract") if node.get("config", {}).get(name)
    }
    copy["columns"] = {
        name: {"name": name, "data_type": column.get("data_type"), "description": described(column), "meta": {}, "tags": []}
        for name, column in node.get("columns", {}).items()
    }  # fmt: skip
    above = node.get("depends_on", {})
    copy["depends_on"] = {"nodes": above.get("nodes", []), "macros": _own(above.get("macros", []), node)}
    if kind in ("metrics", "exposures"):
        copy["label"] = label(node, "zh" if kind == "metrics" else "label_zh")
    return copy


def _own(macros: Iterable[str], node: Mapping[str, Any]) -> list[str]:
    return [name for name in macros if name.startswith(f"macro.{node.get('package_name')}.")]


def _source(table: Served, project: str) -> dict[str, Any]:
    """A table that the release adds, as dbt would tell of a source."""
    return {
        "unique_id": f"source.{project}.{table.schema}.{table.name}", "name": table.name, "resource_type": "source", "package_name": project,
        "source_name": table.schema, "identifier": table.name, "schema": table.schema, "relation_name": table.label,
        "path": "", "original_file_path": "", "fqn": [project, table.schema, table.name], "tags": [], "meta": {}, "config": {},
        "docs": {"show": True}, "loader": "", "depends_on": {"nodes": [], "macros": []},
        "description": table.comment.replace("\n", "\n\n"),
        "columns": {name: {"name": name, "description": said, "meta": {}, "tags": []} for name, said in table.columns.items()},
    }  # fmt: skip


def _relation(
    node: Mapping[str, Any], named: tuple[str, str], columns: Sequence[tuple[str, str]], rows: Mapping[str, int]
) -> dict[str, Any]:
    count = rows.get(".".join(named))
    stats: dict[str, Any] = {"has_stats": {"id": "has_stats", "value": count is not None, "include": False}}
    if count is not None:
        stats["rows"] = {"id": "rows", "label": "行数 Rows", "value": count, "include": True}
    kind = node["config"].get("materialized") or "table"
    return {
        "metadata": {"type": kind, "schema": named[0], "name": named[1], "database": node.get("database"), "owner": None},
        "columns": {name: {"name": name, "type": kind, "index": at} for at, (name, kind) in enumerate(columns, 1)},
        "stats": stats,
    }  # fmt: skip


def _named(node: Mapping[str, Any]) -> tuple[str, str]:
    return str(node.get("schema")), str(node.get("identifier") or node.get("alias") or node.get("name"))


def _overview(manifest: Mapping[str, Any], project: str, about: Mapping[str, Any]) -> dict[str, Any]:
    key = f"doc.{project}.__overview__"
    text = manifest.get("docs", {}).get(key, {}).get("block_contents", "")
    head = f"# {about['city']['name_zh']}城管数仓 · 数据目录 Catalogue\n\n发布版 Release **{about['id']}** · 截至 as of **{about['as_of']}**\n\n"
    told = {"unique_id": key, "name": "__overview__", "package_name": project, "resource_type": "doc"}
    return {key: {**told, "block_contents": head + text}}


def _inline(data: Mapping[str, Any]) -> str:
    """JSON that may stand in a script: nothing in it ends the script."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")
