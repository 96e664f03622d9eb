"""The demo city's map: `reference/streets.geojson` and `grids.geojson`, a schematic drawing that fits its reference tables.

There is no public map of its streets that may be copied. This one is drawn around the grids' points of `grids.csv`: each grid is what is
nearer to its point than to any other, a street is its grids and the open land around them. So streets tile the city, and each grid lies in its
street; but no line of it is surveyed, and areas mean nothing. `python -m pipelines.simulator.city_map` writes it anew; a test holds
the two files against it.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import cos, dist, radians
from random import Random
from typing import Any

from pipelines.city import City, load_city
from pipelines.settings import PROJECT_ROOT, Settings
from pipelines.simulator.tessellation import Point, Ring, cells, joined, roughened
from pipelines.simulator.workbooks import replace_if_new
from pipelines.simulator.world import World

SOURCE_ZH = "示意图：由程序绘制，非测绘成果，边界与面积不可引用"
SOURCE_EN = "A schematic drawing made by a program: not surveyed, neither borders nor areas can be cited"

#: Where the places without a grid are drawn, (lon, lat) by the last three digits of their code.
PLACES: dict[str, list[Point]] = {
    "202": [(87.10, 43.86), (87.12, 43.79)],
    "203": [(87.31, 43.84), (87.27, 43.89)],
    "401": [(87.26, 44.25), (87.36, 44.24), (87.17, 44.22)],
    "500": [(87.19, 44.15)],
    "503": [(87.47, 44.22), (87.49, 44.05)],
    "504": [(87.15, 43.97), (87.20, 43.94)],
}
#: Streets of the centre, which have no open land.
CENTRE = ("001", "002", "003", "004", "005", "006")
#: Kilometres to a degree of latitude, and those of longitude where the city lies.
_DEGREE = 111.2
_ALONG = _DEGREE * cos(radians(44.0))
_MIDDLE = (87.31, 44.01)
#: Open land is cut by points so many kilometres from each other, and begins at least so far from a grid's point.
_STEP = 1.4
_CLEAR = 0.65
#: The city ends so many kilometres from the last grid or place.
_EDGE = 7.0
#: So many steps from the middle there is nothing left.
_REACH = 50
_OUTSIDE = ""


def draw(city: City) -> dict[str, dict[str, Any]]:
    """{"streets": …, "grids": …} as GeoJSON: RFC 7946, six decimals (about 0.1 m), outer rings anti-clockwise."""
    rng = Random(f"map of {city.facts.id}")
    region = city.facts.region_code
    rows = World(city, 0).table("grids")
    points = [_plane((float(row["lon"]), float(row["lat"]))) for row in rows]
    owners = [row["street_code"] for row in rows]
    places = [(region + code, _plane(place)) for code, spots in PLACES.items() for place in spots]
    land = list(_open_land([*zip(owners, points, strict=True), *places], {region + code for code in CENTRE}, rng))
    seeds = [*points, *(point for _, point in land)]
    streets = [*owners, *(street for street, _ in land)]

    def is_rough(one: int, other: int) -> bool:
        """Borders of streets in the open; those between houses are straight."""
        return streets[one] != streets[other] and min(one, other) >= len(points)

    shapes = roughened(cells(seeds, _frame(seeds)), seeds, is_rough, rng)
    rings = [[_lon_lat(point) for point in ring] for ring in shapes]
    of_street: dict[str, list[Ring]] = {}
    for street, ring in zip(streets, rings, strict=True):
        of_street.setdefault(street, []).append(ring)
    of_street.pop(_OUTSIDE, None)
    return {
        "streets": _collection([("street_code", code, joined(own)) for code, own in sorted(of_street.items())]),
        "grids": _collection([("grid_code", row["grid_code"], [[ring]]) for row, ring in zip(rows, rings, strict=False)]),
    }  # fmt: skip


def write(city: City) -> None:
    """Writes both files into the city's reference folder."""
    for name, collection in draw(city).items():
        replace_if_new(city.reference_dir / f"{name}.geojson", as_text(collection).encode())


def as_text(collection: Mapping[str, Any]) -> str:
    """The collection as its file has it: a feature a line, so that a change shows where it is."""
    said = {**collection, "features": []}
    features = ",\n".join(json.dumps(feature, separators=(",", ":")) for feature in collection["features"])
    return (
        json.dumps(said, ensure_ascii=False, indent=1).replace('"features": []', f'"features": [\n{features}\n]') + "\n"
    )


def _open_land(anchors: Sequence[tuple[str, Point]], centre: set[str], rng: Random) -> Iterator[tuple[str, Point]]:
    """Points of the land without grids, each with the street it belongs to: that of the nearest grid or place out of the centre."""
    rows = range(-_REACH, _REACH)
    for right, up in ((right, up) for up in rows for right in rows):
        point = (
            (right + up % 2 / 2 + rng.uniform(-0.3, 0.3)) * _STEP,
            (up + rng.uniform(-0.3, 0.3)) * _STEP * 0.87,
        )
        if min(dist(point, anchor) for _, anchor in anchors) < _CLEAR:
            continue
        far, street = min((dist(point, anchor), street) for street, anchor in anchors if street not in centre)
        if far < _EDGE + _STEP * 3:
            yield street if far < _EDGE else _OUTSIDE, point


def _collection(shapes: Iterable[tuple[str, str, list[list[Ring]]]]) -> dict[str, Any]:
    features = []
    for key, code, polygons in shapes:
        closed = [[[list(point) for point in (*ring, ring[0])] for ring in polygon] for polygon in polygons]
        kind, coordinates = ("Polygon", closed[0]) if len(closed) == 1 else ("MultiPolygon", closed)
        features.append(
            {
                "type": "Feature",
                "properties": {key: code},
                "geometry": {"type": kind, "coordinates": coordinates},
            }
        )
    return {
        "type": "FeatureCollection", "is_illustrative": True, "source_zh": SOURCE_ZH, "source_en": SOURCE_EN,
        "features": features,
    }  # fmt: skip


def _frame(seeds: Sequence[Point]) -> tuple[Point, Point]:
    xs, ys = [x for x, _ in seeds], [y for _, y in seeds]
    return (min(xs) - _STEP, min(ys) - _STEP), (max(xs) + _STEP, max(ys) + _STEP)


def _plane(place: Point) -> Point:
    return (place[0] - _MIDDLE[0]) * _ALONG, (place[1] - _MIDDLE[1]) * _DEGREE


def _lon_lat(point: Point) -> Point:
    return round(point[0] / _ALONG + _MIDDLE[0], 6), round(point[1] / _DEGREE + _MIDDLE[1], 6)


if __name__ == "__main__":
    write(load_city(Settings(city="changji", cities=PROJECT_ROOT / "cities")))
