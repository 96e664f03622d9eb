"""What charts are drawn with: the palette, Altair's theme, and the few forms that most charts have.

Belongs here: how things look. Colours keep 4.5 : 1 on white and differ in lightness as well as in hue, so that they stay apart for readers
who do not see all colours, and in grey print.
"""

from collections.abc import Callable, Mapping
from typing import Any

import altair as alt

INK, MUTED, LINE, PAPER = "#16232f", "#52606d", "#d5dbe1", "#ffffff"
ACCENT, WARM = "#0b5a7d", "#a8400f"
#: For kinds of things, in this order.
PALETTE = [ACCENT, WARM, "#56418f", "#1d6b45", "#7a5a00", "#9c2b5e", "#4d5b66", "#2f4fb0"]
#: For amounts, from little to much.
SHADES = ["#e6eff4", "#b5d3e2", "#7fb2cb", "#428bac", "#0b5a7d", "#063a52"]
FONT = "'PingFang SC','Microsoft YaHei','Noto Sans CJK SC','Source Han Sans SC','Noto Sans SC',system-ui,sans-serif"


def theme() -> dict[str, Any]:
    """Vega-Lite's configuration, the same for every chart of the site and of the annual report."""
    return {
        "font": FONT,
        "background": "transparent",
        "view": {"stroke": None, "continuousHeight": 220},
        "axis": {
            "labelColor": MUTED, "titleColor": MUTED, "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal",
            "grid": True, "gridColor": "#e9edf1", "domain": False, "ticks": False, "labelPadding": 6, "titlePadding": 10, "labelLimit": 190,
        },
        "axisX": {"grid": False, "domain": True, "domainColor": LINE},
        "axisQuantitative": {"tickCount": 5},
        "legend": {
            "labelColor": INK, "titleColor": MUTED, "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal",
            "orient": "top", "symbolStrokeWidth": 3, "labelLimit": 220,
        },
        "header": {"labelColor": INK, "titleColor": MUTED, "labelFontSize": 12, "titleFontSize": 12},
        "title": {"color": INK, "fontSize": 14, "anchor": "start"},
        "range": {"category": PALETTE, "ramp": SHADES, "heatmap": SHADES},
        "bar": {"color": ACCENT, "cornerRadiusEnd": 2}, "line": {"color": ACCENT, "strokeWidth": 2.2}, "area": {"color": ACCENT, "opacity": 0.16},
        "point": {"color": ACCENT, "filled": True, "size": 60}, "rule": {"color": MUTED}, "text": {"color": INK, "fontSize": 12},
        "geoshape": {"stroke": PAPER, "strokeWidth": 0.6},
    }  # fmt: skip


class Brush:
    """Draws in one language. `titles` are the measures' words, `units` their units, by the measures' names."""

    def __init__(self, language: str, titles: Mapping[str, str], units: Mapping[str, str]) -> None:
        self.language = language
        self.titles = titles
        self.units = units

    def say(self, zh: str, en: str) -> str:
        return en if self.language == "en" else zh

    def rows(self, name: str = "rows") -> alt.Chart:
        """A chart over the rows that the page's script counts, as wide as there is room.

        A row holds each dimension as its code, its words as `<dimension>_name`, and each measure as a number and as text `<measure>_text`.
        `month` is a time.
        """
        return alt.Chart(alt.NamedData(name=name)).properties(width="container")

    def months(self, **more: Any) -> alt.X:
        return alt.X("month:T", title=None, axis=alt.Axis(format="%Y-%m", tickCount=6, labelOverlap=True), **more)

    def amount(self, measure: str, *, zero: bool = True) -> alt.Y:
        return alt.Y(f"{measure}:Q", title=self.titled(measure), scale=alt.Scale(zero=zero), axis=self.axis(measure))

    def axis(self, measure: str) -> alt.Axis:
        return alt.Axis(format=".1~%") if self.units[measure] == "%" else alt.Axis(format="~s")

    def titled(self, measure: str) -> str:
        unit = self.units[measure].strip()
        return f"{self.titles[measure]} ({unit})" if unit and unit != "%" else self.titles[measure]

    def tips(self, *dimensions: str) -> list[alt.Tooltip]:
        """What the pointer shows: the dimensions' words, then every measure as text."""
        shown = [alt.Tooltip(f"{name}_name:N", title=self.say("类别", "Item")) for name in dimensions]
        return shown + [alt.Tooltip(f"{name}_text:N", title=title) for name, title in self.titles.items()]


Drawing = Callable[[Brush], Any]


def over_months(measure: str, *, kind: str | None = None, zero: bool = False) -> Drawing:
    """A line over the months, one for each value of the dimension `kind` where it is given."""

    def draw(brush: Brush) -> Any:
        base = brush.rows().encode(x=brush.months(), y=brush.amount(measure, zero=zero), tooltip=brush.tips("month"))
        if kind is None:
            return base.mark_line(point=alt.OverlayMarkDef(size=28)).properties(height=220)
        return (
            base.encode(
                color=alt.Color(f"{kind}_name:N", title=None),
                strokeDash=alt.StrokeDash(f"{kind}_name:N", title=None),
                tooltip=brush.tips("month", kind),
            )
            .mark_line(point=alt.OverlayMarkDef(size=28))
            .properties(height=240)
        )

    return draw


def columns_over_months(measure: str, *, kind: str | None = None) -> Drawing:
    """Columns over the months, stacked by the dimension `kind` where it is given."""

    def draw(brush: Brush) -> Any:
        base = brush.rows().mark_bar(width={"band": 0.8}).encode(
            x=alt.X("yearmonth(month):T", title=None, axis=alt.Axis(format="%Y-%m", tickCount=6, labelOverlap=True)),
            y=brush.amount(measure), tooltip=brush.tips("month"),
        )  # fmt: skip
        if kind:
            base = base.encode(color=alt.Color(f"{kind}_name:N", title=None), tooltip=brush.tips("month", kind))
        return base.properties(height=220)

    return draw


def by_kind(measure: str, dimension: str, *, mean: bool = False) -> Drawing:
    """Bars, the longest first, one for each value of a dimension; `mean` adds a rule at the value of all rows together."""

    def draw(brush: Brush) -> Any:
        base = brush.rows().encode(
            y=alt.Y(f"{dimension}_name:N", title=None, sort=None),
            x=alt.X(f"{measure}:Q", title=brush.titled(measure), axis=brush.axis(measure)),
            tooltip=brush.tips(dimension),
        )
        bars = base.mark_bar() + base.mark_text(align="left", dx=4).encode(text=f"{measure}_text:N")
        if mean:
            bars += (
                brush.rows("all")
                .mark_rule(strokeDash=[4, 3], strokeWidth=1.5)
                .encode(x=alt.X(f"{measure}:Q"), tooltip=brush.tips())
            )
        return bars.properties(height=alt.Step(26), width="container")

    return draw


def dots(measure: str, dimension: str) -> Drawing:
    """Dots on a common scale that need not begin at zero, with a rule at the value of all together: for rates that lie close to each other."""

    def draw(brush: Brush) -> Any:
        x = alt.X(
            f"{measure}:Q",
            title=brush.titled(measure),
            axis=brush.axis(measure),
            scale=alt.Scale(zero=False, nice=False, padding=44),
        )
        base = brush.rows().encode(
            y=alt.Y(f"{dimension}_name:N", title=None, sort=None, axis=alt.Axis(grid=True)),
            x=x,
            tooltip=brush.tips(dimension),
        )
        whole = (
            brush.rows("all")
            .mark_rule(strokeDash=[4, 3], strokeWidth=1.5, color=WARM)
            .encode(x=x, tooltip=brush.tips())
        )
        return (
            whole + base.mark_point() + base.mark_text(align="left", dx=8).encode(text=f"{measure}_text:N")
        ).properties(height=alt.Step(26), width="container")

    return draw


def shaded(measure: str, across: str, down: str) -> Drawing:
    """A grid of cells, darker where there is more."""

    def draw(brush: Brush) -> Any:
        x = (
            alt.X("yearmonth(month):O", title=None, axis=alt.Axis(format="%Y-%m", labelOverlap=True))
            if across == "month"
            else alt.X(f"{across}_name:N", title=None, axis=alt.Axis(labelAngle=-40))
        )
        return (
            brush.rows()
            .mark_rect(stroke=PAPER, strokeWidth=1)
            .encode(
                x=x,
                y=alt.Y(f"{down}_name:N", title=None),
                color=alt.Color(f"{measure}:Q", title=brush.titled(measure), scale=alt.Scale(range=SHADES)),
                tooltip=brush.tips(across, down),
            )
            .properties(height=alt.Step(22))
        )

    return draw
