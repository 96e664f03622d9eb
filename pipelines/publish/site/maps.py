"""Shapes for a page, and how a measure is drawn on them: out of `meta.geometry`, without tiles or any other picture from elsewhere.

Belongs here: GeoJSON as Vega wants it and the one form that all maps have. Which measures are mapped stands in `pages/map.py`.
"""

import json
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import altair as alt

from pipelines.publish.site.brush import INK, MUTED, PAPER, Brush, Drawing
from pipelines.publish.site.source import Release, Row

#: {level: the dimension that its rows have}
KEYS = {"streets": "street_code", "grids": "grid_code"}
#: From little to much, where much is work and where much is trouble.
BLUE = ["#dbe9f0", "#a9cbdc", "#6aa3c0", "#2b759a", "#063a52"]
WARM = ["#f7e6da", "#efc19f", "#dd8f5a", "#bb5a1f", "#7d2a04"]
NOTHING = "#eceff2"
#: Five decimals are a metre; more would only make the page larger.
_DECIMALS = 5


def shapes(release: Release, level: str) -> list[Row]:
    """The level's features, each with `code`, words and the place of its label. Outer rings go clockwise, as D3 draws a sphere's polygons."""
    asked = "select code, name_zh, name_en, street_code, geometry from meta.geometry where level = ? order by code"
    found = []
    for row in release.rows(asked, level):
        geometry = json.loads(row["geometry"])
        polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
        turned = [[[_rounded(place) for place in reversed(ring)] for ring in polygon] for polygon in polygons]
        lon, lat = _middle(max((polygon[0] for polygon in turned), key=lambda ring: abs(_area(ring))))
        found.append(
            {
                "type": "Feature", "code": row["code"], "zh": row["name_zh"], "en": row["name_en"], "street": row["street_code"],
                "lon": lon, "lat": lat, "geometry": {"type": "MultiPolygon", "coordinates": turned},
            }
        )  # fmt: skip
    return found


def centre(release: Release) -> set[str]:
    """The subdistricts (街道) among the streets, which are drawn larger; none where all or none are."""
    kinds = {row["street_code"]: row["kind"] for row in release.rows("select street_code, kind from core.dim_street")}
    inner = {code for code, kind in kinds.items() if kind == "street"}
    outer = {code for code in kinds if code not in inner | {"unknown"}}
    return inner if outer else set()


def drawn(measure: str, level: str, scope: str, ramp: Sequence[str], *, quantiles: bool) -> Drawing:
    """A map of the shapes named `<level>_<scope>`, with the borders of `streets_<scope>` over them.

    Shades are five classes: of equally many places (`quantiles`), else equally wide. A place without a figure is grey. Streets have their
    names where `has_name` says so.
    """

    def draw(brush: Brush) -> Any:
        words = brush.say("zh", "en")
        streets = alt.NamedData(name=f"streets_{scope}")
        texts = [f"{name}_text" for name in brush.titles]
        asked: dict[str, Any] = {
            "title": brush.titled(measure),
            "legend": alt.Legend(symbolType="square", symbolStrokeWidth=0, symbolSize=160, format=".0%" if brush.units[measure] == "%" else ",.0f"),
        }  # fmt: skip
        classes: Any = "quantile" if quantiles else "quantize"
        shade = alt.Color(f"{measure}:Q", scale=alt.Scale(type=classes, range=list(ramp)), **asked)
        # One shade for all in a second channel: only then the legend names each class instead of a few bounds along a bar.
        plain = alt.Opacity(f"{measure}:Q", scale=alt.Scale(type=classes, range=[1] * len(ramp)), **asked)
        place = alt.Tooltip(f"{words}:N", title=brush.say("地点", "Place"))
        shown = [alt.Tooltip(f"{name}_text:N", title=title) for name, title in brush.titles.items()]
        shape = alt.Chart(alt.NamedData(name=f"{level}_{scope}"))
        found = shape.transform_lookup(
            "code", from_=alt.LookupData(alt.NamedData(name="rows"), KEYS[level], [measure, *texts])
        )
        ground = shape.mark_geoshape(aria=False, fill=NOTHING, stroke=PAPER, strokeWidth=0.6).encode(tooltip=[place])
        areas = (
            found.transform_filter(f"isValid(datum['{measure}'])")
            .mark_geoshape(aria=False, stroke=PAPER, strokeWidth=0.6)
            .encode(color=shade, opacity=plain, tooltip=[place, *shown])
        )
        layers = [
            alt.Chart(streets).mark_geoshape(aria=False, fill=NOTHING),
            ground,
            areas,
            alt.Chart(streets).mark_geoshape(aria=False, filled=False, stroke=MUTED, strokeWidth=0.9),
        ]
        label = (
            alt.Chart(streets)
            .transform_filter("datum.has_name")
            .encode(longitude="lon:Q", latitude="lat:Q", text=f"{words}:N")
        )
        look: dict[str, Any] = {"fontSize": 11, "limit": 150 if scope == "centre" else 84}
        layers += [
            label.mark_text(aria=False, **look, stroke=PAPER, strokeWidth=3, strokeJoin="round", color=PAPER),
            label.mark_text(aria=False, **look, color=INK),
        ]
        return alt.layer(*layers).project("mercator").properties(height=500, width="container")

    return draw


def _rounded(place: Sequence[float]) -> list[float]:
    return [round(place[0], _DECIMALS), round(place[1], _DECIMALS)]


def _area(ring: Sequence[Sequence[float]]) -> float:
    x, y = ring[0]
    return sum((a[0] - x) * (b[1] - y) - (b[0] - x) * (a[1] - y) for a, b in pairwise(ring)) / 2


def _middle(ring: Sequence[Sequence[float]]) -> tuple[float, float]:
    """The ring's centre of mass."""
    x, y = ring[0]
    whole = _area(ring)
    pairs = [((a[0] - x, a[1] - y), (b[0] - x, b[1] - y)) for a, b in pairwise(ring)]
    lon = sum((a[0] + b[0]) * (a[0] * b[1] - b[0] * a[1]) for a, b in pairs) / (6 * whole)
    lat = sum((a[1] + b[1]) * (a[0] * b[1] - b[0] * a[1]) for a, b in pairs) / (6 * whole)
    return round(x + lon, _DECIMALS), round(y + lat, _DECIMALS)
