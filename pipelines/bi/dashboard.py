"""The dashboard: which figures stand on it, in which order, under which words. Chinese first, English below.

Belongs here: its content only. Names are metrics and columns of `pipelines.bi.datasets`; how Superset wants a chart told stands in `charts`.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["figure", "line", "bars", "ranking", "table", "records"]

SLUG = "chengguan"
TITLE = ("城市管理综合执法运行总览", "City management at a glance")
NOTE = (
    "**{title_zh}** · {city_zh}\n\n{title_en} · {city_en}\n\n"
    "比率在任何分组和筛选下都由分子、分母重新计算；不要对比率求和或求平均。每个图的说明写明口径。\n\n"
    "*Rates are calculated anew from numerator and denominator under every grouping and filter: never add or average them. "
    "Each chart says how its figure is defined.*"
)
#: Filters of the dashboard: (column, Chinese, English, table that lists its values).
FILTERS = (
    ("squad_name_zh", "中队", "Squad", "marts.case_closure"),
    ("street_name_zh", "街道", "Street", "marts.case_closure"),
    ("event_class_name_zh", "事件类别", "Class of event", "marts.case_closure"),
)


@dataclass(frozen=True)
class Chart:
    """One chart. `figures` are metrics (of `records` none), `by` columns; `grain` is the period of a line or of bars, `width` of twelve,
    `highest` where its axis ends."""

    key: str
    kind: Kind
    zh: str
    en: str
    dataset: str
    figures: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    grain: str = "P1M"
    width: int = 6
    limit: int = 1000
    note: str = ""
    highest: float | None = None


@dataclass(frozen=True)
class Section:
    """A heading and the rows of charts below it."""

    zh: str
    en: str
    rows: tuple[tuple[Chart, ...], ...]


_CLOSURE, _CASES = "marts.case_closure", "core.fct_case_standing"
_SQUAD = "样本很小的中队不宜比较 / squads with few cases should not be compared"

SECTIONS = (
    Section(
        "总览", "Overview",
        (
            (
                Chart("filed", "figure", "平台立案数", "Platform cases filed", _CLOSURE, ("platform_filed",), width=3),
                Chart("closing_rate", "figure", "结案率", "Closing rate", _CLOSURE, ("platform_closed_rate",), width=3),
                Chart("on_time_rate", "figure", "按期结案率", "Closed on time", _CASES, ("platform_closed_on_time_rate",), width=3),
                Chart("overdue", "figure", "超期未结案", "Overdue and open", _CLOSURE, ("platform_overdue_open",), width=3),
            ),
            (
                Chart("demolished", "figure", "拆除面积（m²）", "Demolished, m²", "marts.demolition", ("demolished_area_m2",), width=3),
                Chart("penalties", "figure", "行政处罚立案", "Penalty cases filed", "marts.penalty_procedure", ("penalty_cases_filed",), width=3),
                Chart("calls", "figure", "热线受理", "Hotline tickets", "marts.hotline_service", ("hotline_received",), width=3),
                Chart("reply_rate", "figure", "热线回复率", "Hotline reply rate", "marts.hotline_service", ("hotline_reply_rate",), width=3),
            ),
        ),
    ),
    Section(
        "数字城管平台", "The platform",
        (
            (
                Chart("flow", "line", "每月立案与结案", "Filed and closed by month", _CLOSURE, ("platform_filed", "platform_closed")),
                Chart("rates", "line", "每月结案率与按期结案率", "Closing rates by month", _CASES, ("platform_closed_rate", "platform_closed_on_time_rate"), highest=1),
            ),
            (
                Chart("streets", "table", "各街道结案情况", "Closing by street", _CLOSURE,
                      ("platform_filed", "platform_close_due", "platform_closed", "platform_closed_rate", "platform_overdue_open"), ("street_name_zh",)),
                Chart("classes", "ranking", "立案最多的事件类别", "Most frequent classes", _CLOSURE, ("platform_filed",), ("event_class_name_zh",), limit=10),
            ),
        ),
    ),
    Section(
        "基层中队", "The squads",
        (
            (
                Chart("squads", "table", "各中队结案情况", "Closing by squad", _CLOSURE,
                      ("platform_filed", "platform_close_due", "platform_closed_rate", "platform_overdue_open", "platform_rework"), ("squad_name_zh",), note=_SQUAD),
                Chart("duty", "ranking", "各中队勤务时长（小时）", "Hours on duty by squad", "marts.squad_workload", ("duty_hours",), ("squad_name_zh",), note=_SQUAD),
            ),
            (
                Chart("buildings", "bars", "查处违法建设与拆除次数", "Illegal construction and demolitions", "marts.demolition", ("found_cases", "demolition_events"), grain="P1Y"),
                Chart("actions", "bars", "日常执法", "Daily enforcement", "marts.enforcement_actions",
                      ("signboards_cleared", "street_disorder_cleared", "large_outdoor_ads", "illegal_parking", "heavy_vehicles"), grain="P1Y",
                      note="清理牌匾以块计，其余以起计，不相加 / signboards are counted in pieces, the others in cases: they do not add up"),
            ),
        ),
    ),
    Section(
        "热线、处罚与权责", "Hotline, penalties and powers",
        (
            (
                Chart("hotline", "bars", "每年热线受理与回复", "Hotline tickets by year", "marts.hotline_service", ("hotline_received", "hotline_replied"), grain="P1Y"),
                Chart("procedures", "bars", "每年行政处罚案件", "Penalty cases by year", "marts.penalty_procedure",
                      ("penalty_cases_filed", "general_cases_filed", "general_cases_closed"), grain="P1Y"),
            ),
            (
                Chart("breaches", "line", "每月程序违反率", "Breaches of procedure by month", "marts.procedure_compliance", ("procedure_breach_rate",)),
                Chart("powers", "ranking", "各领域权责行使", "Powers exercised by domain", "marts.power_exercises", ("power_exercise_cases",), ("power_domain_name_zh",)),
            ),
        ),
    ),
    Section(
        "这些数字可信吗", "Can these figures be trusted",
        (
            (
                Chart("feeds", "table", "各数据源入库情况", "Feeds", "marts.feed_health",
                      ("rows_read", "rows_loaded", "rows_quarantined", "quarantine_share"), ("feed_name_zh",), width=5),
                Chart("report", "records", "报告数字复算", "The report recomputed", "meta.report_figures", by=("question_zh", "expected", "qualifier", "value", "holds"), width=7),
            ),
            (
                Chart("release", "records", "本发布版", "This release", "meta.release",
                      by=("release_id", "as_of", "city_name_zh", "created_at_utc", "table_count", "row_count"), width=12),
            ),
        ),
    ),
)  # fmt: skip


def charts() -> list[Chart]:
    """All charts, from top to bottom."""
    return [chart for section in SECTIONS for row in section.rows for chart in row]
