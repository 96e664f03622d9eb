"""A city's map, where it has one: `reference/streets.geojson` and `grids.geojson`, read strictly against the tables of streets and grids.

Belongs here: GeoJSON files of the profile and what is wrong with them. Nothing of the warehouse is made from them, and a city does without; what
a release serves of them stands in `pipelines.publish.geometry`.

Coordinates are longitude and latitude in degrees, WGS 84 or CGCS 2000 (which differ by less than a metre in China). Those of Chinese web maps (GCJ-02, BD-09)
are shifted by hundreds of metres and cannot be told by their look.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice, pairwise
from math import isfinite
from pathlib import Path
from typing import Any, NamedTuple

from pipelines.city.problems import short
from pipelines.errors import ProfileError

#: {table, which is also the name of its map's file: property that holds the code}
LEVELS = {"streets": "street_code", "grids": "grid_code"}
KINDS = ("Polygon", "MultiPolygon")
#: A page holds the whole map: a survey's file has to be simplified first.
LARGEST_BYTES = 4_000_000
#: No city reaches over so many degrees; where a map does, some point of it is elsewhere.
WIDEST_DEGREES = 10.0
#: The country's (least longitude, least latitude, greatest longitude, greatest latitude): where latitude comes first, it shows.
BOUNDS = {"CN": (73.0, 3.0, 136.0, 54.0)}
WORLD = (-180.0, -90.0, 180.0, 90.0)

Position = tuple[float, float]
#: An outer ring and its holes; a ring ends where it begins.
Polygon = list[list[Position]]


@dataclass(frozen=True)
class Shape:
    """One street or grid. Outer rings go anti-clockwise and holes clockwise, whichever way they went in the file (RFC 7946)."""

    code: str
    polygons: list[Polygon]


@dataclass(frozen=True)
class CityMap:
    """One file. `is_illustrative`: a drawing, no survey. The sources say where it comes from and may be empty."""

    shapes: list[Shape]
    is_illustrative: bool = False
    source_zh: str = ""
    source_en: str = ""


class _Wrong(NamedTuple):
    key: str
    value: Any
    zh: str
    en: str
    remedy_zh: str
    remedy_en: str


def read_map(path: Path, known: Collection[str], country: str) -> CityMap | None:
    """The map, or None where there is no file. Raises ProfileError naming file, feature, property, value and what is allowed."""
    found, faults = examine_map(path, known, country, most=1)
    if faults:
        raise faults[0]
    return found


def examine_map(
    path: Path, known: Collection[str], country: str, most: int
) -> tuple[CityMap | None, list[ProfileError]]:
    """The same with up to `most` things that are wrong instead of the first. `known`: the codes of the table of the file's name."""
    if not path.is_file():
        return None, []
    shapes: list[Shape] = []
    content: dict[str, Any] = {}
    try:
        content = _content(path)
        wrong = [*islice(_features(content, LEVELS[path.stem], known, BOUNDS.get(country, WORLD), shapes), most)]
    except _Unreadable as unreadable:
        wrong = [unreadable.wrong]
    if wrong:
        return None, [_error(path, one) for one in wrong]
    sources = {name: str(content.get(name, "")) for name in ("source_zh", "source_en")}
    return CityMap(shapes, content.get("is_illustrative") is True, **sources), []


class _Unreadable(Exception):
    def __init__(self, wrong: _Wrong) -> None:
        super().__init__(wrong.en)
        self.wrong = wrong


def _content(path: Path) -> dict[str, Any]:
    if (size := path.stat().st_size) > LARGEST_BYTES:
        most = f"{LARGEST_BYTES / 1e6:.0f} MB"
        raise _Unreadable(
            _Wrong(
                "", f"{size / 1e6:.1f} MB", f"地图文件大于 {most}", f"the map is larger than {most}",
                "用 GIS 软件简化边界、坐标保留 6 位小数后再存", "simplify the borders in a GIS and keep six decimals",
            )
        )  # fmt: skip
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise _Unreadable(
            _Wrong(
                "", str(error), "地图文件不是合法的 JSON", "the map is not valid JSON",
                "从 GIS 软件另存为 GeoJSON（UTF-8）", "save it from a GIS as GeoJSON, in UTF-8",
            )
        ) from error  # fmt: skip
    kind = content.get("type") if isinstance(content, dict) else type(content).__name__
    if kind != "FeatureCollection" or not isinstance(content.get("features"), list):
        raise _Unreadable(
            _Wrong(
                "type", kind, "应为含 features 列表的 FeatureCollection", "must be a FeatureCollection with a list of features",
                "从 GIS 软件另存为 GeoJSON", "save it from a GIS as GeoJSON",
            )
        )  # fmt: skip
    return dict(content)


def _features(
    content: dict[str, Any], key: str, known: Collection[str], bounds: tuple[float, ...], shapes: list[Shape]
) -> Iterator[_Wrong]:
    """What is wrong, feature by feature; the shapes of those that are right go to `shapes`."""
    seen: Counter[str] = Counter()
    for number, feature in enumerate(content["features"]):
        at = f"features[{number}]"
        properties = (feature.get("properties") if isinstance(feature, dict) else None) or {}
        geometry = (feature.get("geometry") if isinstance(feature, dict) else None) or {}
        code = properties.get(key) if isinstance(properties, dict) else None
        kind = geometry.get("type") if isinstance(geometry, dict) else None
        faults = [*_code(f"{at}.properties.{key}", code, key, known, seen), *_kind(f"{at}.geometry.type", kind)]
        coordinates: Any = geometry.get("coordinates") if isinstance(geometry, dict) else None
        polygons = coordinates if kind == "MultiPolygon" else [coordinates]
        if not faults:
            faults = [*islice(_rings(f"{at} ({code}).geometry.coordinates", polygons, bounds), 1)]
        if faults:
            yield from faults
        else:
            shapes.append(Shape(str(code), [[*_turned(polygon)] for polygon in polygons]))
    lons = [lon for shape in shapes for polygon in shape.polygons for lon, _ in polygon[0]]
    lats = [lat for shape in shapes for polygon in shape.polygons for _, lat in polygon[0]]
    if lons and max(max(lons) - min(lons), max(lats) - min(lats)) > WIDEST_DEGREES:
        yield _Wrong(
            "features", f"{min(lons)}–{max(lons)}, {min(lats)}–{max(lats)}", "图形之间相距太远，不像一座城市",
            "the shapes lie too far from each other for one city", "找出坐标错误的图形", "find the shape whose coordinates are wrong",
        )  # fmt: skip


def _code(at: str, code: Any, key: str, known: Collection[str], seen: Counter[str]) -> Iterator[_Wrong]:
    table = {column: name for name, column in LEVELS.items()}[key]
    remedy = (f"{key} 须为 {table}.csv 中的编码，写作文字", f"{key} must be a code of {table}.csv, written as text")
    if not isinstance(code, str) or code not in known:
        near = ", ".join(sorted(known)[:3])
        yield _Wrong(
            at, short(code), f"{table}.csv 中没有这个编码（如 {near}）", f"{table}.csv has no such code (it has {near} …)", *remedy
        )  # fmt: skip
        return
    seen[code] += 1
    if seen[code] == 2:
        yield _Wrong(
            at, code, "同一编码有两个图形", "two features have this code",
            "合并为一个 MultiPolygon", "join them to one MultiPolygon",
        )  # fmt: skip


def _kind(at: str, kind: Any) -> Iterator[_Wrong]:
    if kind not in KINDS:
        allowed = ", ".join(KINDS)
        yield _Wrong(
            at, short(kind), f"只能是 {allowed}", f"must be one of {allowed}",
            "街道和网格须为面，不能为点或线", "streets and grids are areas, neither points nor lines",
        )  # fmt: skip


def _rings(at: str, polygons: Any, bounds: tuple[float, ...]) -> Iterator[_Wrong]:
    if not isinstance(polygons, list) or not polygons:
        yield _empty(at)
        return
    for polygon in polygons:
        if not isinstance(polygon, list) or not polygon:
            yield _empty(at)
            continue
        for ring in polygon:
            if not isinstance(ring, list) or len(ring) < 4 or ring[0] != ring[-1]:
                ends = (
                    f"{len(ring)} positions, {ring[0]} … {ring[-1]}" if isinstance(ring, list) and ring else short(ring)
                )
                yield _Wrong(
                    at, short(ends), "环须首尾相同，至少四个点", "a ring must end where it begins and have at least four positions",
                    "在 GIS 软件中修复几何后再存", "repair the geometry in a GIS and save it again",
                )  # fmt: skip
                continue
            yield from (_position(at, one, bounds) for one in ring if not _is_place(one, bounds))
            if all(_is_place(one, bounds) for one in ring) and _area(ring) == 0:
                yield _empty(at)


def _empty(at: str) -> _Wrong:
    return _Wrong(
        at, None, "图形没有面积", "the shape has no area", "删去该图形，或补上坐标", "take the feature out, or give it its coordinates"
    )  # fmt: skip


def _is_place(position: Any, bounds: tuple[float, ...]) -> bool:
    if not isinstance(position, list) or len(position) < 2:
        return False
    lon, lat = position[:2]
    if not all(isinstance(one, int | float) and not isinstance(one, bool) and isfinite(one) for one in (lon, lat)):
        return False
    return bool(bounds[0] <= lon <= bounds[2] and bounds[1] <= lat <= bounds[3])


def _position(at: str, position: Any, bounds: tuple[float, ...]) -> _Wrong:
    left, low, right, high = bounds
    allowed = f"{left:g}–{right:g}, {low:g}–{high:g}"
    return _Wrong(
        at, short(position), f"坐标须为 [经度, 纬度]，在 {allowed} 之内", f"a position is [longitude, latitude] within {allowed}",
        "另存为 EPSG:4326（WGS84）或 EPSG:4490（CGCS2000），经度在前",
        "save it in EPSG:4326 (WGS 84) or EPSG:4490 (CGCS 2000), longitude first",
    )  # fmt: skip


def _turned(polygon: list[list[list[float]]]) -> Iterator[list[Position]]:
    for number, ring in enumerate(polygon):
        places = [(float(lon), float(lat)) for lon, lat, *_ in ring]
        yield places if (_area(ring) > 0) == (number == 0) else places[::-1]


def _area(ring: list[list[float]]) -> float:
    """Twice the area in square degrees, above zero where the ring goes anti-clockwise. Measured from its first point, so that no digit is lost."""
    places = [(one[0] - ring[0][0], one[1] - ring[0][1]) for one in ring]
    return sum(a * d - c * b for (a, b), (c, d) in pairwise(places))


def _error(path: Path, wrong: _Wrong) -> ProfileError:
    return ProfileError(
        wrong.zh, wrong.en, file=path, key=wrong.key or None, value=wrong.value, remedy_zh=wrong.remedy_zh,
        remedy_en=wrong.remedy_en,
    )  # fmt: skip
