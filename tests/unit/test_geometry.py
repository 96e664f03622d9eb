"""A city's map: what is refused, by file, feature and property; and what a release carries of a right one."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.city import City
from pipelines.errors import ProfileError
from pipelines.landing import geometry as maps
from pipelines.landing.geometry import examine_map, read_map
from pipelines.onboarding.checking import examine
from pipelines.publish.geometry import GEOMETRY, geometry_rows, write_files
from pipelines.publish.meta import _create

KNOWN = {"990101001", "990101002"}
STREETS = """street_code,name_zh,name_en,kind,area_km2,population,valid_from,valid_to,is_illustrative
990101001,河东街道,Hedong Subdistrict,street,,,2024-01-01,,true
990101002,河西街道,,street,,,2024-01-01,,true
"""
SQUARE = [[87.1, 44.0], [87.2, 44.0], [87.2, 44.1], [87.1, 44.1], [87.1, 44.0]]
HOLE = [[87.12, 44.02], [87.14, 44.02], [87.14, 44.04], [87.12, 44.04], [87.12, 44.02]]


def feature(code: Any = "990101001", kind: str = "Polygon", coordinates: Any = (SQUARE,)) -> dict[str, Any]:
    geometry = {"type": kind, "coordinates": list(coordinates)}
    return {"type": "Feature", "properties": {"street_code": code}, "geometry": geometry}


def written(folder: Path, *features: Any, **about: Any) -> Path:
    path = folder / "streets.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features, **about}), encoding="utf-8")
    return path


def moved(by: float) -> list[list[float]]:
    return [[lon + by, lat] for lon, lat in SQUARE]


@pytest.fixture
def town(write_city: Callable[..., City]) -> City:
    city = write_city()
    city.reference_dir.mkdir()
    (city.reference_dir / "streets.csv").write_text(STREETS, encoding="utf-8")
    return city


@pytest.mark.parametrize(
    ("features", "key", "said", "value"),
    [
        ([feature(), feature("990101009")], "features[1].properties.street_code", "has no such code (it has 990101001, 990101002", "'990101009'"),
        ([feature(990101001)], "features[0].properties.street_code", "no such code", "990101001"),
        ([feature(), feature()], "features[1].properties.street_code", "two features have this code", "990101001"),
        ([feature(kind="Point", coordinates=[87.1, 44.0])], "features[0].geometry.type", "one of Polygon, MultiPolygon", "'Point'"),
        ([feature(coordinates=[SQUARE[:-1]])], "features[0] (990101001).geometry.coordinates", "end where it begins", None),
        ([feature(coordinates=[SQUARE[:2] + SQUARE[:1]])], "features[0] (990101001).geometry.coordinates", "four positions", None),
        ([feature(coordinates=[[[87.1, 44.0]] * 4])], "features[0] (990101001).geometry.coordinates", "no area", None),
        ([feature(coordinates=[])], "features[0] (990101001).geometry.coordinates", "no area", None),
        ([feature(coordinates=[[[lat, lon] for lon, lat in SQUARE]])], "features[0] (990101001).geometry.coordinates", "73–136, 3–54", "[44.0, 87.1]"),
        ([feature(coordinates=[[[8e6, 5e6], *SQUARE[1:-1], [8e6, 5e6]]])], "features[0] (990101001).geometry.coordinates", "longitude", "[8000000.0, 5000000.0]"),
        ([feature(coordinates=[[[87.1, None], *SQUARE[1:-1], [87.1, None]]])], "features[0] (990101001).geometry.coordinates", "longitude", None),
        ([feature(), feature("990101002", coordinates=[moved(25)])], "features", "lie too far", None),
        (["Feature"], "features[0].properties.street_code", "no such code", "None"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(tmp_path: Path, features: list[Any], key: str, said: str, value: str | None) -> None:
    path = written(tmp_path, *features)
    with pytest.raises(ProfileError) as error:
        read_map(path, KNOWN, "CN")
    assert error.value.where["file"] == str(path) and error.value.where["key"] == key
    assert said in error.value.en
    assert value is None or error.value.where["value"] == value
    assert error.value.remedy_zh and error.value.remedy_en


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not valid JSON"),
        ("[]", "FeatureCollection"),
        ('{"type": "Feature"}', "FeatureCollection"),
        ("﻿\xff", "not valid JSON"),
    ],
)
def test_a_file_that_is_no_map_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "streets.geojson"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ProfileError, match=said):
        read_map(path, KNOWN, "CN")


def test_a_map_too_large_for_a_page_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maps, "LARGEST_BYTES", 100)
    with pytest.raises(ProfileError, match="larger than"):
        read_map(written(tmp_path, feature()), KNOWN, "CN")


def test_several_faults_are_told_at_once_and_a_city_without_a_map_has_none(tmp_path: Path) -> None:
    path = written(tmp_path, *(feature(f"x{number}") for number in range(9)))
    assert len(examine_map(path, KNOWN, "CN", most=5)[1]) == 5
    assert examine_map(tmp_path / "grids.geojson", KNOWN, "CN", most=5) == (None, [])


@given(turned=st.lists(st.booleans(), min_size=3, max_size=3))
def test_rings_are_turned_the_one_right_way_whichever_way_they_came(
    tmp_path_factory: pytest.TempPathFactory, turned: list[bool]
) -> None:
    rings = [ring[::-1] if way else ring for ring, way in zip([SQUARE, HOLE, moved(1)], turned, strict=True)]
    parts = feature(kind="MultiPolygon", coordinates=[rings[:2], rings[2:]])
    found = read_map(written(tmp_path_factory.mktemp("map"), parts), KNOWN, "CN")
    assert found is not None
    as_pairs = [[list(map(tuple, ring)) for ring in polygon] for polygon in ([SQUARE, HOLE[::-1]], [moved(1)])]
    assert found.shapes[0].polygons == as_pairs


def test_other_countries_have_the_whole_world(tmp_path: Path) -> None:
    assert read_map(written(tmp_path, feature(coordinates=[moved(-160)])), KNOWN, "US") is not None


def test_the_check_of_a_profile_looks_at_its_map(town: City) -> None:
    written(town.reference_dir, feature("990101007"))
    assert [Path(one.where["file"]).name for one in examine(town.folder)][-1] == "streets.geojson"


def test_a_release_carries_the_map_as_a_table_and_as_a_file(town: City, tmp_path: Path) -> None:
    parts = [[SQUARE], [moved(1)]]
    written(
        town.reference_dir,
        feature(),
        feature("990101002", "MultiPolygon", parts),
        is_illustrative=True,
        source_zh="示意",
    )
    with duckdb.connect() as con:
        con.execute("CREATE SCHEMA memory.meta")
        _create(con, GEOMETRY, geometry_rows(town))
        write_files(con, tmp_path)
        rows = con.execute("SELECT code, name_en, lon, is_illustrative, geometry::JSON FROM meta.geometry").fetchall()
    assert [row[:4] for row in rows] == [
        ("990101001", "Hedong Subdistrict", 87.15, True),
        ("990101002", "河西街道", 87.65, True),
    ]
    assert json.loads(rows[1][4])["coordinates"] == parts
    file = json.loads((tmp_path / "geo/streets.geojson").read_text(encoding="utf-8"))
    assert (
        file["features"][0]["properties"]["name_zh"] == "河东街道"
        and file["features"][0]["geometry"]["type"] == "Polygon"
    )
    assert not (tmp_path / "geo/grids.geojson").exists()


def test_a_city_without_a_map_has_no_rows_and_no_files(town: City, tmp_path: Path) -> None:
    with duckdb.connect() as con:
        con.execute("CREATE SCHEMA memory.meta")
        _create(con, GEOMETRY, geometry_rows(town))
        write_files(con, tmp_path)
        assert con.execute("SELECT count(*) FROM meta.geometry").fetchall() == [(0,)]
    assert not (tmp_path / "geo").exists()
