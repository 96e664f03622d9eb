"""The map of the demo city: streets tile it, each grid lies in its street, and nothing of it is there that the reference tables do not have."""

import csv
import json
from collections import Counter
from fractions import Fraction
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.city import City, load_city
from pipelines.landing.geometry import LEVELS, CityMap, read_map
from pipelines.settings import PROJECT_ROOT, Settings
from pipelines.simulator.city_map import as_text, draw
from pipelines.simulator.tessellation import area, cells, edges, joined, roughened

CITY = load_city(Settings(city="changji", cities=PROJECT_ROOT / "cities"))
Place = tuple[float, float]


def table(level: str) -> dict[str, dict[str, str]]:
    with (CITY.reference_dir / f"{level}.csv").open(encoding="utf-8", newline="") as stream:
        return {row[LEVELS[level]]: row for row in csv.DictReader(stream)}


def city_map(level: str) -> CityMap:
    found = read_map(CITY.reference_dir / f"{level}.geojson", table(level), "CN")
    assert found is not None
    return found


TABLES = {level: table(level) for level in LEVELS}
MAPS = {level: city_map(level) for level in LEVELS}
RINGS = {
    level: {shape.code: [ring for polygon in shape.polygons for ring in polygon] for shape in found.shapes}
    for level, found in MAPS.items()
}
BOUNDS = tuple(
    (min(values), max(values))
    for values in zip(*(place for rings in RINGS["streets"].values() for ring in rings for place in ring), strict=True)
)
INSIDE = st.tuples(*(st.floats(low, high) for low, high in BOUNDS))


def twice_area(rings: list[list[Place]]) -> Fraction:
    """Exact; holes count against it."""
    return sum(
        (
            Fraction(a[0]) * Fraction(b[1]) - Fraction(b[0]) * Fraction(a[1])
            for ring in rings
            for a, b in pairwise(ring)
        ),
        Fraction(0),
    )


def crossings(rings: list[list[Place]], place: Place) -> int:
    """How often a ray to the east leaves or enters the shape."""
    x, y = place
    return sum(
        (a[1] > y) != (b[1] > y) and x < a[0] + (y - a[1]) * (b[0] - a[0]) / (b[1] - a[1])
        for ring in rings
        for a, b in pairwise(ring)
    )


def holders(level: str, place: Place) -> list[str]:
    return [code for code, rings in RINGS[level].items() if crossings(rings, place) % 2]


def half_edges(level: str) -> Counter[tuple[Place, Place]]:
    return Counter(edge for rings in RINGS[level].values() for ring in rings for edge in pairwise(ring))


@pytest.mark.parametrize("level", LEVELS)
def test_the_files_are_what_the_simulator_draws(level: str) -> None:
    """After a change of `grids.csv` or of the drawing: python -m pipelines.simulator.city_map"""
    assert (CITY.reference_dir / f"{level}.geojson").read_text(encoding="utf-8") == as_text(draw(CITY)[level])


@pytest.mark.parametrize("level", LEVELS)
def test_every_code_of_the_tables_has_a_shape_that_says_it_is_a_drawing(level: str) -> None:
    assert set(RINGS[level]) == set(TABLES[level])
    assert MAPS[level].is_illustrative and "示意图" in MAPS[level].source_zh


@pytest.mark.parametrize("level", LEVELS)
def test_no_two_shapes_share_a_side_of_a_border(level: str) -> None:
    """Each piece of border is gone along once each way, or once where the map ends: no overlap, and no gap between neighbours."""
    assert set(half_edges(level).values()) == {1}


def test_the_streets_areas_add_up_to_what_their_outline_holds() -> None:
    there = half_edges("streets")
    outline = sum(
        Fraction(a[0]) * Fraction(b[1]) - Fraction(b[0]) * Fraction(a[1]) for a, b in there if (b, a) not in there
    )
    areas = [twice_area(rings) for rings in RINGS["streets"].values()]
    assert all(one > 0 for one in areas)
    assert sum(areas) == outline


@settings(max_examples=300, deadline=None, derandomize=True)
@given(INSIDE)
def test_a_place_lies_in_one_street_at_most_and_in_a_grid_only_within_its_street(place: Place) -> None:
    streets, grids = holders("streets", place), holders("grids", place)
    assert len(streets) <= 1 and len(grids) <= 1
    assert [TABLES["grids"][code]["street_code"] for code in grids] in ([], streets)


def test_each_grid_lies_in_its_street_and_around_its_own_point() -> None:
    sides = {code: {edge for ring in rings for edge in pairwise(ring)} for code, rings in RINGS["streets"].items()}
    all_sides = set().union(*sides.values())
    for code, row in TABLES["grids"].items():
        place = (float(row["lon"]), float(row["lat"]))
        assert holders("grids", place) == [code] and holders("streets", place) == [row["street_code"]]
        touching = {edge for ring in RINGS["grids"][code] for edge in pairwise(ring)} & all_sides
        assert touching <= sides[row["street_code"]]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.sets(st.tuples(st.integers(1, 99), st.integers(1, 99)), min_size=2, max_size=40), st.integers(1, 5), st.data()
)
def test_whatever_the_points_cells_fill_the_frame_and_what_is_joined_keeps_its_area(
    points: set[tuple[int, int]], groups: int, data: st.DataObject
) -> None:
    seeds = [(float(x), float(y)) for x, y in sorted(points)]
    rng = Random(data.draw(st.integers(0, 999)))
    rough = roughened(cells(seeds, ((0.0, 0.0), (100.0, 100.0))), seeds, lambda one, other: (one + other) % 2 == 0, rng)
    assert abs(sum(area(ring) for ring in rough) - 10_000) < 1e-3
    assert set(Counter(edge for ring in rough for edge in edges(ring)).values()) == {1}
    for group in range(groups):
        own = rough[group::groups]
        union = [ring for polygon in joined(own) for ring in polygon]
        assert abs(sum(map(area, union)) - sum(map(area, own))) < 1e-3
        assert all(area(ring) > 0 and all(area(hole) < 0 for hole in holes) for ring, *holes in joined(own))


def test_another_grid_makes_another_map(tmp_path: Any) -> None:
    (tmp_path / "reference").mkdir()
    for name in ("grids", "streets"):
        text = (CITY.reference_dir / f"{name}.csv").read_text(encoding="utf-8")
        (tmp_path / "reference" / f"{name}.csv").write_text(text.replace("87.302104", "87.301104"), encoding="utf-8")
    other = draw(City(tmp_path, CITY.profile, {}))
    assert json.dumps(other["grids"]) != json.dumps(draw(CITY)["grids"])
