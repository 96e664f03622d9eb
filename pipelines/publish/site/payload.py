"""What a page hands to its script: the datasets by column, the filters that work on them, and what is counted and drawn.

Belongs here: turning a `Page` into plain values. How they are filtered and counted stands in `static/count.js`, which is the only place
where a figure of a page comes into being.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import altair as alt

from pipelines.publish.site import units
from pipelines.publish.site.brush import Brush
from pipelines.publish.site.page import FILTERS, SMALL_CELL, Chart, Dataset, Measure, Page, Table
from pipelines.publish.site.source import Release, Row
from pipelines.publish.site.words import Text

LANGUAGES = ("zh", "en")
#: Places that stand for no place: shown, never compared.
NOBODY = ("unassigned", "unknown")


def payload(page: Page, release: Release) -> dict[str, Any]:
    """Everything of a page that is not in its HTML."""
    datasets = {one.name: _dataset(one, release) for one in page.datasets}
    measures = {one.name: {m.name: told(m, one, release) for m in one.measures} for one in page.datasets}
    there = {name for dataset in datasets.values() for name in dataset["dims"]}
    months = sorted(
        {
            month
            for dataset in datasets.values()
            if "month" in dataset["dims"]
            for month in dataset["dims"]["month"]["codes"]
        }
    )
    return {
        "slug": page.slug, "release": release.id, "as_of": release.as_of.isoformat(), "small": SMALL_CELL, "nobody": NOBODY,
        "filters": [name for name in FILTERS if name in there],
        "period": page.period, "months": _months(months, release.as_of), "whole_until": last_whole_month(release.as_of),
        "labels": _labels(page, datasets, release), "names": {name: words.as_dict() for one in page.datasets for name, words in one.names.items()}, "datasets": datasets, "measures": measures,
        "charts": [_chart(one, measures[one.dataset], empty=not datasets[one.dataset]["size"]) for one in page.charts],
        "data": _named_data(page),
        "tables": [_table(part) for section in page.sections for part in section.parts if isinstance(part, Table)],
    }  # fmt: skip


def told(measure: Measure, dataset: Dataset, release: Release) -> dict[str, Any]:
    """A measure in words and for the script: what it states itself, else what its metric says.

    Raises ValueError where an amount has no count of records beside it, by which small cells could be known.
    """
    metric = release.metrics.get(measure.metric or "", {})
    unit = measure.unit or metric.get("unit") or ""
    if measure.over is None and measure.base is None and units.is_amount(unit):
        raise ValueError(
            f"{dataset.name}.{measure.name} is an amount ({unit}) and needs `base`, the count of its records"
        )
    title = measure.title or Text(metric.get("name_zh") or measure.name, metric.get("name_en") or "")
    return {
        "total": measure.total, "over": measure.over, "base": measure.base or measure.over or measure.total, "factor": measure.factor,
        "unit": unit, "unit_words": units.words(unit).as_dict(), "title": title.as_dict(), "better": measure.better,
        "minimum": measure.minimum if measure.minimum is not None else metric.get("minimum_volume"), "metric": measure.metric,
    }  # fmt: skip


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if isinstance(value, dt.date) else value


def _dataset(dataset: Dataset, release: Release) -> dict[str, Any]:
    rows = release.rows(dataset.sql)
    names = list(rows[0]) if rows else []
    dims = [name for name in names if name == "month" or name in dataset.labels or release.labels(name)]
    why = None if rows else (release.why_empty(dataset.relation) or Text("没有记录", "there are no records"))
    return {
        "size": len(rows), "relation": dataset.relation, "why": why.as_dict() if why else None,
        "dims": {name: _coded([_code(row[name]) for row in rows]) for name in dims},
        "sums": {name: [plain(row[name]) or 0 for row in rows] for name in names if name not in dims},
    }  # fmt: skip


def _code(value: Any) -> str:
    return f"{value:%Y-%m}" if isinstance(value, dt.date) else "" if value is None else str(value)


def _coded(values: Sequence[str]) -> dict[str, list[Any]]:
    codes = sorted(set(values))
    at = {code: index for index, code in enumerate(codes)}
    return {"codes": codes, "at": [at[value] for value in values]}


def _labels(page: Page, datasets: Mapping[str, Row], release: Release) -> dict[str, list[list[str]]]:
    """{dimension: [code, Chinese, English, part of (Chinese), part of (English)]} of the codes that are there, in their order."""
    found: dict[str, list[list[str]]] = {}
    for dataset in page.datasets:
        for name, dim in datasets[dataset.name]["dims"].items():
            if name == "month":
                continue
            own = {code: (words, None) for code, words in dataset.labels.get(name, {}).items()}
            known = {**release.labels(name), **own}
            there = set(dim["codes"]) - {entry[0] for entry in found.get(name, [])}
            ordered = [code for code in known if code in there] + sorted(there - set(known))
            found.setdefault(name, []).extend(_label(code, *known.get(code, (Text(code), None))) for code in ordered)
    return found


def _label(code: str, words: Text, part_of: Text | None) -> list[str]:
    return [code, words.of("zh"), words.of("en"), *([part_of.of("zh"), part_of.of("en")] if part_of else [])]


def _chart(chart: Chart, measures: Mapping[str, Row], *, empty: bool) -> dict[str, Any]:
    chosen = {name: measures[name] for name in chart.measures}
    return {
        "name": chart.name, "dataset": chart.dataset, "by": chart.by, "measures": chart.measures, "compares": chart.compares,
        "ignores": chart.ignores, "data": list(chart.data), "specs": {} if empty else {language: _spec(chart, chosen, language) for language in LANGUAGES},
    }  # fmt: skip


def _named_data(page: Page) -> dict[str, Any]:
    """The charts' own data, once for all charts that use them. Raises ValueError where two charts mean different data by one name."""
    found: dict[str, Any] = {}
    for chart in page.charts:
        for name, values in chart.data.items():
            if found.setdefault(name, values) is not values:
                raise ValueError(f"{page.slug}: charts mean different data by '{name}'")
    return found


def _spec(chart: Chart, measures: Mapping[str, Row], language: str) -> dict[str, Any]:
    brush = Brush(
        language,
        {name: one["title"][language] for name, one in measures.items()},
        {name: one["unit"] if one["unit"] == "%" else one["unit_words"][language] for name, one in measures.items()},
    )
    # Checking every part against Vega-Lite's schema takes longer than all the rest of a page; that charts draw is tested in a browser.
    with alt.utils.schemapi.debug_mode(False):
        drawn: dict[str, Any] = chart.draw(brush).to_dict()
    drawn.pop("config", None)  # the theme is one for all
    drawn.setdefault("autosize", {"type": "fit-x", "contains": "padding"})
    return drawn


def _table(table: Table) -> dict[str, Any]:
    return {
        "name": table.name, "dataset": table.dataset, "by": table.by, "measures": table.measures, "compares": table.compares,
        "ignores": table.ignores, "in_order": table.in_order, "trend": table.trend,
    }  # fmt: skip


def _months(there: Sequence[str], as_of: dt.date) -> list[str]:
    """Every month from the first with a record to the as-of day's, with or without records."""
    if not there:
        return []
    first, last = there[0], max(there[-1], f"{as_of:%Y-%m}")
    return list(_between(first, last))


def _between(first: str, last: str) -> Iterable[str]:
    year, month = int(first[:4]), int(first[5:])
    while (now := f"{year:04}-{month:02}") <= last:
        yield now
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)


def last_whole_month(as_of: dt.date) -> str:
    next_day = as_of + dt.timedelta(days=1)
    return f"{as_of:%Y-%m}" if next_day.day == 1 else f"{as_of.replace(day=1) - dt.timedelta(days=1):%Y-%m}"
