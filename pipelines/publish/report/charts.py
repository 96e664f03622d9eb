"""The charts of the report, each drawn from one of its tables as an SVG: text stays text, and nothing is a picture of points.

Belongs here: which table is drawn how. Colours and type are the site's (`pipelines.publish.site.brush`).
"""

import re
from collections.abc import Callable
from typing import Any

import altair as alt
import vl_convert

from pipelines.publish.report.sentences import Lang
from pipelines.publish.report.tables import Few, Table, written
from pipelines.publish.site.brush import ACCENT, MUTED, WARM, theme

#: In pixels of the drawing; the page scales it to its width.
_WIDTH, _HEIGHT = 620, 180


def draw(name: str, table: Table, lang: Lang) -> str | None:
    """The chart as SVG, its ids made its own so that several fit one page; None where the table has nothing to draw."""
    rows = _rows(table, lang)
    if not any(row["value"] for row in rows):
        return None
    chart = CHARTS[name](rows, lang).configure(**theme())
    svg = vl_convert.vegalite_to_svg(chart.to_dict(), vl_version="6.1")
    return _with_own_ids(svg, name)


def _rows(table: Table, lang: Lang) -> list[dict[str, Any]]:
    """One row for each number of the table: its label, which column it is of, and the number. What is held back is left out."""
    label, *others = table.columns
    found = []
    for order, row in enumerate(table.rows):
        for at, (column, cell) in enumerate(zip(others, row[1:], strict=True)):
            if column.kind in ("count", "tally", "number", "rate") and cell is not None and not isinstance(cell, Few):
                found.append(
                    {
                        "label": written(label, row[0], lang), "order": order, "column": column.name, "series": column.title(lang),
                        "rank": at, "value": float(cell), "text": written(column, cell, lang),
                    }
                )  # fmt: skip
    return found


def _data(rows: list[dict[str, Any]], *columns: str) -> alt.Chart:
    return alt.Chart(alt.InlineData(values=[row for row in rows if row["column"] in columns]))


def _labels(rows: list[dict[str, Any]]) -> list[str]:
    """The labels in the order of the table, by name: layers that sort by a field fall back to the alphabet."""
    return list(dict.fromkeys(row["label"] for row in sorted(rows, key=lambda row: row["order"])))


def _x(rows: list[dict[str, Any]]) -> alt.X:
    return alt.X("label:O", sort=_labels(rows), title=None, axis=alt.Axis(labelAngle=0))


def _y(title: str, form: str = ",d") -> alt.Y:
    return alt.Y("value:Q", title=title, axis=alt.Axis(format=form))


def _columns_and_line(columns: str, line: str, zh: str, en: str) -> Callable[[list[dict[str, Any]], Lang], Any]:
    """Columns for this year, a line for the year before."""

    def chart(rows: list[dict[str, Any]], lang: Lang) -> Any:
        title = zh if lang == "zh" else en
        names = [next((row["series"] for row in rows if row["column"] == one), one) for one in (columns, line)]
        colour = alt.Color("series:N", title=None, scale=alt.Scale(domain=names, range=[ACCENT, WARM]))
        bars = _data(rows, columns).mark_bar(width={"band": 0.55}).encode(x=_x(rows), y=_y(title), color=colour)
        past = _data(rows, line).mark_line(point=True, strokeDash=[4, 3]).encode(x=_x(rows), y=_y(title), color=colour)
        return (bars + past).properties(width=_WIDTH, height=_HEIGHT)

    return chart


def _stacked(zh: str, en: str, *columns: str) -> Callable[[list[dict[str, Any]], Lang], Any]:
    def chart(rows: list[dict[str, Any]], lang: Lang) -> Any:
        return (
            _data(rows, *columns)
            .mark_bar(width={"band": 0.55})
            .encode(
                x=_x(rows),
                y=_y(zh if lang == "zh" else en),
                color=alt.Color("series:N", title=None, sort=alt.SortField("rank")),
            )
            .properties(width=_WIDTH, height=_HEIGHT)
        )

    return chart


def _bars(column: str, *, median: bool = False) -> Callable[[list[dict[str, Any]], Lang], Any]:
    """Lying bars in the order of the table, with their numbers and, where it says something, a rule at their median."""

    def chart(rows: list[dict[str, Any]], _lang: Lang) -> Any:
        base = _data(rows, column).encode(
            y=alt.Y("label:N", sort=_labels(rows), title=None),
            x=alt.X(
                "value:Q",
                title=next(row["series"] for row in rows if row["column"] == column),
                axis=alt.Axis(format=",d"),
            ),
        )
        drawing = base.mark_bar() + base.mark_text(align="left", dx=4).encode(text="text:N")
        if median:
            drawing += _data(rows, column).mark_rule(color=WARM, strokeDash=[4, 3]).encode(x=alt.X("median(value):Q"))
        return drawing.properties(width=_WIDTH - 110, height=alt.Step(20))

    return chart


def _compared(column: str, before: str) -> Callable[[list[dict[str, Any]], Lang], Any]:
    """Lying bars in pairs: this year and the year before."""

    def chart(rows: list[dict[str, Any]], _lang: Lang) -> Any:
        base = _data(rows, column, before).encode(
            y=alt.Y("label:N", sort=_labels(rows), title=None, axis=alt.Axis(labelLimit=220)),
            yOffset=alt.YOffset("rank:O"),
            x=alt.X("value:Q", title=None, axis=alt.Axis(format=",d")),
        )
        bars = base.mark_bar().encode(
            color=alt.Color(
                "series:N", title=None, sort=alt.SortField("rank"), scale=alt.Scale(range=[ACCENT, "#9db6c4"])
            )
        )
        numbers = base.mark_text(align="left", dx=4, fontSize=10).encode(text="text:N")
        return (bars + numbers).properties(width=_WIDTH - 170, height=alt.Step(17))

    return chart


def _rates(*columns: str) -> Callable[[list[dict[str, Any]], Lang], Any]:
    def chart(rows: list[dict[str, Any]], _lang: Lang) -> Any:
        y = alt.Y("value:Q", title=None, scale=alt.Scale(zero=False, nice=True), axis=alt.Axis(format=".0%"))
        return (
            _data(rows, *columns)
            .mark_line(point=True)
            .encode(x=_x(rows), y=y, color=alt.Color("series:N", title=None, sort=alt.SortField("rank")))
            .properties(width=_WIDTH, height=_HEIGHT - 30)
        )

    return chart


def _columns(column: str) -> Callable[[list[dict[str, Any]], Lang], Any]:
    def chart(rows: list[dict[str, Any]], _lang: Lang) -> Any:
        title = next(row["series"] for row in rows if row["column"] == column)
        base = _data(rows, column).encode(x=_x(rows), y=_y(title))
        numbers = base.mark_text(dy=-7, color=MUTED, fontSize=11).encode(text="text:N")
        return (base.mark_bar(width={"band": 0.5}) + numbers).properties(width=_WIDTH, height=_HEIGHT - 30)

    return chart


#: {chart: how it is drawn}; a chart has the name of its table, or that and a word of its own behind a dot.
CHARTS: dict[str, Callable[[list[dict[str, Any]], Lang], Any]] = {
    "enforcement": _compared("quantity", "quantity_before"),
    "joint_months": _columns("operations"),
    "workload": _bars("tasks_per_officer", median=True),
    "demolition_years": _columns("demolished_area_m2"),
    "platform_months": _columns_and_line("filed", "filed_before", "立案（件）", "Cases filed"),
    "platform_months.rates": _rates("closed_rate", "on_time_rate"),
    "hotline_months": _columns_and_line("received", "received_before", "受理（件）", "Tickets"),
    "penalty_months": _stacked("立案（起）", "Cases filed", "general", "summary"),
}
#: What a chart is called where that is not what its table is called.
TITLES = {
    "workload": ("各中队人均任务（虚线为中位数）", "Tasks per officer by squad (dashed: median)"),
    "demolition_years": ("历年拆除面积", "Area demolished by year"),
    "platform_months": ("各月立案数与上年同期", "Cases filed by month, and the year before"),
    "platform_months.rates": ("各月结案率与按期结案率", "Closure rate and on-time rate by month"),
    "enforcement": ("市容秩序整治与上年同期对比", "Work on the order of the streets, and the year before"),
}  # fmt: skip


def _with_own_ids(svg: str, name: str) -> str:
    own = re.sub(r"\W", "-", name)
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{own}-\1"', svg)
    return re.sub(r"url\(#([^)]+)\)", rf"url(#{own}-\1)", svg)
