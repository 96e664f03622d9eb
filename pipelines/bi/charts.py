"""A chart as Superset wants it told: what its page shows (`params`) and what it asks for (`query_context`).

Belongs here: Superset's own vocabulary. Which charts there are stands in `dashboard`, which files they become in `superset`.
"""

import json
from collections.abc import Mapping
from typing import Any

from pipelines.bi.dashboard import Chart
from pipelines.bi.datasets import Dataset
from pipelines.metrics.dictionary import Metric

_KINDS = {
    "figure": "big_number_total",
    "line": "echarts_timeseries_line",
    "bars": "echarts_timeseries_bar",
    "ranking": "echarts_timeseries_bar",
    "table": "table",
    "records": "table",
}
_DECIMALS = {"元": ",.2f", "m²": ",.2f", "h": ",.1f"}
_PERIODS = {"P1M": "%Y-%m", "P1Y": "%Y"}
_ANY_TIME = "No filter"
#: Superset puts the dataset's number where it stands in the import; until then there is none.
_DATASET = {"id": 0, "type": "table"}


def number_format(metric: Metric) -> str:
    """As d3 has it: rates in per cent, amounts with what their unit is counted in."""
    unit = str(metric.about.get("unit", ""))
    if unit == "%":
        return ",.1%"
    return ",.2f" if metric.denominator else _DECIMALS.get(unit, ",d")


def definition(metric: Metric) -> str:
    """What the metric is, Chinese before English: formula, what does not count, below what nobody is compared, and the source."""
    about = metric.about
    said = [f"{metric.name_zh}：{about.get('formula_zh', '')}", f"{metric.name_en}: {metric.formula_en}"]
    if about.get("exclusions_zh"):
        said += [f"不计入：{about['exclusions_zh']}", f"Not counted: {about['exclusions_en']}"]
    if metric.minimum_volume is not None:
        said += [
            f"分母低于 {metric.minimum_volume} 不作比较",
            f"Not for comparison below a denominator of {metric.minimum_volume}",
        ]
    return "\n".join([*said, f"{metric.code} · {about.get('source', '')}"])


def chart_name(chart: Chart) -> str:
    """A figure has its English below it."""
    return chart.zh if chart.kind == "figure" else f"{chart.zh} {chart.en}"


def chart_file(chart: Chart, dataset: Dataset, uuid: str, dataset_uuid: str) -> dict[str, Any]:
    """The whole chart as its file holds it."""
    metrics = [dataset.calculation(name).metric for name in chart.figures]
    params = _params(chart, dataset, metrics)
    return {
        "slice_name": chart_name(chart),
        "description": "\n\n".join([*([chart.note] if chart.note else []), *map(definition, metrics)]) or dataset.said,
        "viz_type": _KINDS[chart.kind],
        "params": params,
        "query_context": json.dumps(_query_context(chart, dataset, params), ensure_ascii=False, sort_keys=True),
        "cache_timeout": None,
        "uuid": uuid,
        "dataset_uuid": dataset_uuid,
        "version": "1.0.0",
    }


def _params(chart: Chart, dataset: Dataset, metrics: list[Metric]) -> dict[str, Any]:
    shared = {
        "viz_type": _KINDS[chart.kind],
        "adhoc_filters": [_any_time(dataset.time)] if dataset.time and chart.kind != "records" else [],
        "row_limit": chart.limit,
    }
    if chart.kind == "figure":
        return {
            **shared, "metric": metrics[0].name, "header_font_size": 0.4, "subtitle": chart.en, "subtitle_font_size": 0.15,
            "y_axis_format": number_format(metrics[0]), "force_timestamp_formatting": False,
        }  # fmt: skip
    if chart.kind == "records":
        return {
            **shared, "query_mode": "raw", "all_columns": list(chart.by), "order_by_cols": [], "server_page_length": 10,
            "table_timestamp_format": "%Y-%m-%d", "show_cell_bars": False,
        }  # fmt: skip
    names = [metric.name for metric in metrics]
    if chart.kind == "table":
        return {
            **shared, "query_mode": "aggregate", "groupby": list(chart.by), "metrics": names, "all_columns": [],
            "percent_metrics": [], "order_by_cols": [], "timeseries_limit_metric": names[0], "order_desc": True,
            "show_cell_bars": False, "server_page_length": 10,
        }  # fmt: skip
    drawn = {
        **shared, "metrics": names, "groupby": [], "order_desc": True, "show_legend": True, "rich_tooltip": True,
        "truncate_metric": True, "y_axis_format": number_format(metrics[0]), "color_scheme": "supersetColors", "zoomable": False,
        "y_axis_bounds": [None, chart.highest],
    }  # fmt: skip
    if chart.kind == "ranking":
        return {
            **drawn, "x_axis": chart.by[0], "orientation": "horizontal", "x_axis_sort": names[0], "x_axis_sort_asc": True,
            "show_legend": False, "show_value": True,
        }  # fmt: skip
    return {
        **drawn, "x_axis": dataset.time, "time_grain_sqla": chart.grain, "x_axis_sort_asc": True,
        "x_axis_time_format": _PERIODS[chart.grain], "markerEnabled": False,
    }  # fmt: skip


def _query_context(chart: Chart, dataset: Dataset, params: Mapping[str, Any]) -> dict[str, Any]:
    metrics = list(chart.figures)
    by: list[Any] = list(chart.by)
    if chart.kind in ("line", "bars"):
        by = [_axis(str(dataset.time), chart.grain)]
    query: dict[str, Any] = {
        "filters": [{"col": one["subject"], "op": one["operator"], "val": one["comparator"]} for one in params["adhoc_filters"]],
        "extras": {"having": "", "where": ""}, "applied_time_extras": {}, "columns": by, "annotation_layers": [],
        "row_limit": chart.limit, "series_limit": 0, "order_desc": True, "url_params": {}, "custom_params": {},
        "custom_form_data": {},
    }  # fmt: skip
    if chart.kind != "records":
        query |= {"metrics": metrics, "orderby": [[metrics[0], False]] if chart.kind != "figure" else []}
    return {
        "datasource": dict(_DATASET), "force": False, "queries": [query], "form_data": dict(params),
        "result_format": "json", "result_type": "full",
    }  # fmt: skip


def _axis(time: str, grain: str) -> dict[str, str]:
    return {
        "columnType": "BASE_AXIS", "expressionType": "SQL", "sqlExpression": time, "label": time, "timeGrain": grain,
    }  # fmt: skip


def _any_time(time: str) -> dict[str, str]:
    """No period of its own: where the dashboard's filter of time takes hold."""
    return {
        "clause": "WHERE", "expressionType": "SIMPLE", "subject": time, "operator": "TEMPORAL_RANGE", "comparator": _ANY_TIME,
    }  # fmt: skip
