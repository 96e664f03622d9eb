"""The bundle for Apache Superset: a zip of YAML with the database, datasets, metrics, charts and the dashboard of a release.

Belongs here: files, addresses and identities. A thing keeps its uuid from release to release and city by city, so that importing a bundle
twice doubles nothing. The same release and address give the same bytes. Superset 6.1 takes the bundle by the import button of its
dashboards, which leaves alone what is there, and by `/api/v1/assets/import/`, which brings it up to date: for that it names no type.
"""

import json
import uuid
import zipfile
from collections.abc import Iterator, Mapping, Set
from io import BytesIO
from pathlib import Path
from typing import Any

import yaml

from pipelines.bi import dashboard
from pipelines.bi.charts import chart_file, chart_name, definition, number_format
from pipelines.bi.datasets import Dataset, read_datasets
from pipelines.errors import SetupError
from pipelines.publish import package

ROOT = "chengguan"
FILE = Path("bi") / "superset.zip"
#: Read-only; and nobody who asks reads another file of the host, or switches that off.
SAFE = "access_mode=read_only&enable_external_access=false&lock_configuration=true"

_VERSION = "1.0.0"
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:chengguan-warehouse:superset")
_MIDNIGHT = (1980, 1, 1, 0, 0, 0)
_HEIGHTS = {"figure": 20, "records": 50, "table": 50, "ranking": 50, "line": 50, "bars": 50}


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """The quick one where there is one; without anchors, since the same words may stand twice."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


def address(path: Path | str) -> str:
    """The safe address of a served file, as Superset (SQLAlchemy) has it; `path` is where Superset sees it.

    Raises SetupError for a path that is not absolute or could not stand in an address.
    """
    said = str(path)
    if not said.startswith("/") or set(said) & set("?#%"):
        raise SetupError(
            "这个路径不能用于 BI 地址", "this path cannot stand in a BI tool's address", key="--path", value=said,
            remedy_zh="用 --path 或 CHENGGUAN_BI_PATH 写 BI 工具所见的绝对路径，不含 ? # %，例如 /data/chengguan/current/serving.duckdb",
            remedy_en="give with --path or CHENGGUAN_BI_PATH the absolute path by which the BI tool sees it, without ? # %, for instance /data/chengguan/current/serving.duckdb",
        )  # fmt: skip
    return f"duckdb:///{said}?{SAFE}"


def write_bundle(release: Path, served: Path | str, target: Path) -> None:
    """Writes the bundle of the release in the folder; `served` is the path of the served file as Superset sees it."""
    content = bundle(release, served)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)


def bundle(release: Path, served: Path | str) -> bytes:
    """The zip. Its files stand below one folder, as Superset's own exports have it."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in sorted(_files(release, served)):
            entry = zipfile.ZipInfo(f"{ROOT}/{name}", _MIDNIGHT)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            file.writestr(entry, yaml.dump(content, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=1000))
    return packed.getvalue()


def _files(release: Path, served: Path | str) -> Iterator[tuple[str, dict[str, Any]]]:
    about = json.loads((release / "manifest.json").read_bytes())
    city, datasets = about["city"], read_datasets(release)
    known = {dataset.label: dataset for dataset in datasets}
    identity = _Identity(city["id"])
    yield "metadata.yaml", {"version": _VERSION, "timestamp": about["created_at_utc"].replace("Z", "+00:00")}
    yield "databases/chengguan.yaml", _database(city, identity, served)
    for dataset in datasets:
        yield f"datasets/chengguan/{dataset.label}.yaml", _dataset(dataset, identity)
    shown = {chart.key for chart in dashboard.charts() if _can_be_drawn(chart, known)}
    for chart in dashboard.charts():
        if chart.key in shown:
            uuids = identity.of("chart", chart.key), identity.of("dataset", chart.dataset)
            yield f"charts/{chart.key}.yaml", chart_file(chart, known[chart.dataset], *uuids)
    yield f"dashboards/{dashboard.SLUG}.yaml", _dashboard(city, identity, known, shown)


def _can_be_drawn(chart: dashboard.Chart, known: Mapping[str, Dataset]) -> bool:
    """Whether the release has all of it: an older one may lack a metric."""
    if chart.dataset not in known:
        return False
    dataset = known[chart.dataset]
    columns, metrics = {one.name for one in dataset.columns}, {one.metric.name for one in dataset.calculations}
    return columns.issuperset(chart.by) and metrics.issuperset(chart.figures)


class _Identity:
    """The uuid of a thing of a city, for ever."""

    def __init__(self, city: str) -> None:
        self._city = city

    def of(self, kind: str, name: str) -> str:
        return str(uuid.uuid5(_NAMESPACE, f"{self._city}/{kind}/{name}"))


def _database(city: dict[str, str], identity: _Identity, served: Path | str) -> dict[str, Any]:
    return {
        "database_name": f"城管数仓 · {city['name_zh']} ({city['id']})",
        "sqlalchemy_uri": address(served),
        # Superset keeps no answer: the next question is asked of the release that is current then.
        "cache_timeout": -1,
        "expose_in_sqllab": True, "allow_run_async": False, "allow_ctas": False, "allow_cvas": False, "allow_dml": False,
        "allow_csv_upload": False, "extra": {"allows_virtual_table_explore": True},
        "uuid": identity.of("database", package.FILE_NAME), "version": _VERSION,
    }  # fmt: skip


def _dataset(dataset: Dataset, identity: _Identity) -> dict[str, Any]:
    return {
        "table_name": dataset.name, "schema": dataset.schema, "catalog": None, "main_dttm_col": dataset.time,
        "description": dataset.said, "sql": dataset.query, "filter_select_enabled": True, "normalize_columns": False,
        "always_filter_main_dttm": False,
        "columns": [
            {
                "column_name": column.name, "verbose_name": column.label, "description": column.said,
                "type": column.kind, "is_dttm": column.is_time, "is_active": True, "groupby": not column.is_figure,
                "filterable": True, "expression": None,
            }
            for column in dataset.columns
        ],
        "metrics": [
            {
                "metric_name": one.metric.name, "verbose_name": one.metric.name_zh, "metric_type": None,
                "expression": one.expression, "description": definition(one.metric), "d3format": number_format(one.metric),
            }
            for one in dataset.calculations
        ],
        "uuid": identity.of("dataset", dataset.label), "database_uuid": identity.of("database", package.FILE_NAME),
        "version": _VERSION,
    }  # fmt: skip


def _dashboard(
    city: dict[str, str], identity: _Identity, known: Mapping[str, Dataset], shown: Set[str]
) -> dict[str, Any]:
    zh, en = dashboard.TITLE
    return {
        "dashboard_title": f"{city['name_zh']}{zh}",
        "description": f"{en}: {city['name_en']}", "css": "", "slug": f"{dashboard.SLUG}-{city['id']}", "published": True,
        "uuid": identity.of("dashboard", dashboard.SLUG), "position": _position(city, identity, shown),
        "metadata": {
            "color_scheme": "supersetColors", "cross_filters_enabled": True, "timed_refresh_immune_slices": [], "expanded_slices": {},
            "refresh_frequency": 0, "native_filter_configuration": list(_filters(identity, known)),
        },
        "version": _VERSION,
    }  # fmt: skip


def _filters(identity: _Identity, known: Mapping[str, Dataset]) -> Iterator[dict[str, Any]]:
    scope = {"rootPath": ["ROOT_ID"], "excluded": []}
    yield {
        "id": "NATIVE_FILTER-time", "name": "期间 Period", "filterType": "filter_time", "type": "NATIVE_FILTER", "targets": [{}],
        "scope": scope, "controlValues": {}, "defaultDataMask": {"extraFormData": {}, "filterState": {}}, "cascadeParentIds": [],
        "description": "",
    }  # fmt: skip
    for column, zh, en, listed_in in dashboard.FILTERS:
        if listed_in not in known:
            continue
        yield {
            "id": f"NATIVE_FILTER-{column}", "name": f"{zh} {en}", "filterType": "filter_select", "type": "NATIVE_FILTER",
            "targets": [{"datasetUuid": identity.of("dataset", listed_in), "column": {"name": column}}], "scope": scope,
            "controlValues": {"multiSelect": True, "enableEmptyFilter": False, "searchAllOptions": False, "inverseSelection": False},
            "defaultDataMask": {"extraFormData": {}, "filterState": {}}, "cascadeParentIds": [], "description": "",
        }  # fmt: skip


def _position(city: dict[str, str], identity: _Identity, shown: Set[str]) -> dict[str, Any]:
    """The layout. Each chart carries its uuid and its name: without them an import would make it anew."""
    zh, en = dashboard.TITLE
    above = ["ROOT_ID", "GRID_ID"]
    note = dashboard.NOTE.format(title_zh=zh, title_en=en, city_zh=city["name_zh"], city_en=city["name_en"])
    told: dict[str, Any] = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]},
        "HEADER_ID": {"type": "HEADER", "id": "HEADER_ID", "meta": {"text": f"{city['name_zh']}{zh}"}},
    }
    rows: list[str] = []

    def add_row(name: str, parts: list[dict[str, Any]]) -> None:
        row = f"ROW-{name}"
        rows.append(row)
        children = [part["id"] for part in parts]
        told[row] = {
            "type": "ROW",
            "id": row,
            "parents": above,
            "children": children,
            "meta": {"background": "BACKGROUND_TRANSPARENT"},
        }
        for part in parts:
            told[part["id"]] = {**part, "children": [], "parents": [*above, row]}

    def text(name: str, said: str, height: int) -> dict[str, Any]:
        return {"type": "MARKDOWN", "id": f"MARKDOWN-{name}", "meta": {"code": said, "width": 12, "height": height}}

    add_row("note", [text("note", note, 20)])
    number = 0
    for at, section in enumerate(dashboard.SECTIONS):
        add_row(f"section-{at}", [text(f"section-{at}", f"## {section.zh}\n{section.en}", 12)])
        for row_at, charts in enumerate(section.rows):
            parts = []
            for chart in (one for one in charts if one.key in shown):
                number += 1
                meta = {
                    "chartId": number, "uuid": identity.of("chart", chart.key), "sliceName": chart_name(chart),
                    "width": chart.width, "height": _HEIGHTS[chart.kind],
                }  # fmt: skip
                parts.append({"type": "CHART", "id": f"CHART-{chart.key}", "meta": meta})
            add_row(f"{at}-{row_at}", parts)
    told["GRID_ID"] = {"type": "GRID", "id": "GRID_ID", "children": rows, "parents": ["ROOT_ID"]}
    return told
