"""The city's map in a release: `meta.geometry`, and the same as `geo/streets.geojson` and `geo/grids.geojson`.

Belongs here: shapes with their names, for whoever draws: the pages, BI tools, analysts. What a map's file may hold, and what is wrong with it, stands in
`pipelines.landing.geometry`. A city without a map has neither rows nor files.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from pipelines.city import City
from pipelines.landing.geometry import LEVELS, Shape, read_map
from pipelines.landing.reference import TABLES
from pipelines.landing.reference_files import file_of, read_table
from pipelines.publish.contents import Served

GEOMETRY = Served(
    "meta",
    "geometry",
    "地图：每个有图形的街道、网格一行；坐标系 WGS84/CGCS2000，经度在前\nThe map: one row per street or grid that has a shape, in WGS 84 or CGCS 2000, longitude first",
    {
        "level": "层级：streets 街道（乡镇），grids 单元网格\nstreets, or grids",
        "code": "街道或网格编码，同 core.dim_street、core.dim_grid\nCode of the street or grid, as in core.dim_street and core.dim_grid",
        "name_zh": "名称\nName, Chinese",
        "name_en": "英文名称；无则为中文\nName, English where there is one",
        "street_code": "所属街道；街道为其本身\nThe street it lies in; of a street itself",
        "lon": "外接矩形中心经度\nLongitude of the middle of its extent",
        "lat": "外接矩形中心纬度\nLatitude of the middle of its extent",
        "is_illustrative": "是否示意图（非测绘成果）\nWhether it is a drawing and no survey",
        "source_zh": "图形来源\nWhere the shape comes from, Chinese",
        "source_en": "图形来源（英文）\nWhere the shape comes from",
        "geometry": "GeoJSON 几何（RFC 7946），文本\nGeometry as GeoJSON text (RFC 7946)",
    },
)
FOLDER = "geo"


def geometry_rows(city: City) -> Iterator[dict[str, Any]]:
    """The rows of `meta.geometry`. Raises ProfileError where a file of the map is wrong."""
    for level, key in LEVELS.items():
        table = read_table(file_of(city, level), TABLES[level])
        known = {row[key]: row for row in table.iter_rows(named=True)}
        city_map = read_map(city.reference_dir / f"{level}.geojson", known, city.facts.country)
        if city_map is None:
            continue
        for shape in city_map.shapes:
            about = known[shape.code]
            yield {
                "level": level, "code": shape.code, "name_zh": about["name_zh"],
                "name_en": about.get("name_en") or about["name_zh"], "street_code": about["street_code"],
                **_middle(shape), "is_illustrative": city_map.is_illustrative, "source_zh": city_map.source_zh,
                "source_en": city_map.source_en, "geometry": json.dumps(_geometry(shape), separators=(",", ":")),
            }  # fmt: skip


def write_files(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Writes the files of the levels that `memory.meta.geometry` has, below `geo/` of a release's folder."""
    columns = [name for name in GEOMETRY.columns if name not in {"level", "geometry"}]
    asked = f"SELECT geometry, {', '.join(columns)} FROM memory.meta.geometry WHERE level = ? ORDER BY code"
    for level in LEVELS:
        rows = con.execute(asked, [level]).fetchall()
        features = [
            {"type": "Feature", "id": row[1], "properties": dict(zip(columns, row[1:], strict=True)), "geometry": json.loads(row[0])}
            for row in rows
        ]  # fmt: skip
        if features:
            (folder / FOLDER).mkdir(exist_ok=True)
            text = json.dumps(
                {"type": "FeatureCollection", "features": features}, ensure_ascii=False, separators=(",", ":")
            )
            (folder / FOLDER / f"{level}.geojson").write_text(text + "\n", encoding="utf-8")


def _geometry(shape: Shape) -> dict[str, Any]:
    if len(shape.polygons) == 1:
        return {"type": "Polygon", "coordinates": shape.polygons[0]}
    return {"type": "MultiPolygon", "coordinates": shape.polygons}


def _middle(shape: Shape) -> dict[str, float]:
    lons, lats = zip(*(place for polygon in shape.polygons for place in polygon[0]), strict=True)
    return {"lon": round((min(lons) + max(lons)) / 2, 6), "lat": round((min(lats) + max(lats)) / 2, 6)}
