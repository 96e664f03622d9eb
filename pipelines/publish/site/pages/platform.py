"""One platform (一个平台管秩序): how the digital platform's cases are reported, dispatched, handled and closed, where, and of which kind."""

from pipelines.publish.site.brush import by_kind, columns_over_months, dots, over_months, shaded
from pipelines.publish.site.page import Chart, Dataset, Headline, Listing, Measure, Page, Section, Table
from pipelines.publish.site.source import Release
from pipelines.publish.site.words import t

LEVELS = {
    "bureau": t("局机关", "Bureau"), "section": t("科室", "Sections"), "brigade": t("大队", "Brigade"), "squad": t("中队", "Squads"), "other": t("外单位", "Other units"),
}  # fmt: skip
CASES = Dataset(
    "cases",
    "marts.case_closure",
    """select month, squad_id, street_code, event_class, sum(filed)::bigint as filed, sum(due)::bigint as due, sum(closed)::bigint as closed,
       sum(closed_on_time)::bigint as closed_on_time, sum(overdue_open)::bigint as overdue_open, sum(rework)::bigint as rework,
       sum(handled)::bigint as handled, sum(on_time_closing_base)::bigint as on_time_base, sum(rework_base)::bigint as rework_base, round(sum(handling_hours_sum), 2) as hours from marts.case_closure group by all order by all""",
    [
        Measure("filed", "filed", metric="platform_filed"),
        Measure("closing", "closed", "due", metric="platform_closed_rate", better="higher"),
        Measure("on_time", "closed_on_time", "on_time_base", metric="platform_closed_on_time_rate", better="higher"),
        Measure("overdue", "overdue_open", metric="platform_overdue_open", base="due"),
        Measure("rework", "rework", "rework_base", metric="platform_rework_rate", better="lower"),
        Measure(
            "mean_hours",
            "hours",
            "handled",
            metric="platform_mean_handling_seconds",
            title=t("平均处置时长", "Mean handling time"),
            unit="h",
            better="lower",
        ),
    ],
)
SOURCES = Dataset(
    "sources",
    "marts.case_source",
    "select month, squad_id, channel, reported, collector_reported, valid_reported, public_reported, verify_due, verified_on_time from marts.case_source",
    [
        Measure("reported", "reported", metric="platform_reported"),
        Measure("valid", "valid_reported", "collector_reported", metric="platform_valid_report_rate", better="higher"),
        Measure("public", "public_reported", "reported", metric="platform_public_report_rate"),
        Measure("verified", "verified_on_time", "verify_due", metric="platform_verified_on_time_rate", better="higher"),
    ],
)
STEPS = Dataset(
    "steps",
    "marts.handling_level",
    """select month, squad_id, handling_level, dispatch_due, dispatched_on_time, handle_due, handled, handled_on_time, check_due, checked_on_time,
       same_street_handled from marts.handling_level where handling_level is not null""",
    [
        Measure(
            "dispatched",
            "dispatched_on_time",
            "dispatch_due",
            metric="platform_dispatched_on_time_rate",
            better="higher",
        ),
        Measure("handled", "handled_on_time", "handle_due", metric="platform_handled_on_time_rate", better="higher"),
        Measure("checked", "checked_on_time", "check_due", metric="platform_checked_on_time_rate", better="higher"),
        Measure("same_street", "same_street_handled", "handled", metric="platform_same_street_rate", better="higher"),
    ],
    labels={"handling_level": LEVELS},
    names={"handling_level": t("层级", "Level")},
)


def page(release: Release) -> Page:
    times = release.rows(
        """select year, handled, mean, parts[1] / 3600 as median, parts[2] / 3600 as p90 from (
               select year(month)::varchar as year, count(*) as handled, avg(handling_seconds) / 3600 as mean, quantile_cont(handling_seconds, [0.5, 0.9]) as parts
               from core.fct_case_standing where handled = 1 group by year
           ) order by year desc"""
    )
    return Page(
        slug="platform", order=14, title=t("一个平台管秩序", "One platform for order"), short=t("一个平台", "Platform"),
        lead=t("数字城管案卷的来源、派遣、处置与结案", "The platform’s cases from report to closing"),
        datasets=[CASES, SOURCES, STEPS],
        sections=[
            Section(t("结案", "Closing"), [
                *(Headline("cases", name) for name in ("filed", "closing", "on_time", "overdue", "rework", "mean_hours")),
                Chart("filed", t("每月立案", "Cases filed each month"), t("按立案月份", "By month of filing"), "cases", ["month"], ["filed"], columns_over_months("filed")),
                Chart("on_time", t("按期结案率", "Closed on time"), t("应结案中按期结案的占比", "Of those due, the share closed in time"), "cases", ["month"], ["on_time", "closing"], over_months("on_time")),
            ]),
            Section(t("哪里、哪类", "Where and what"), [
                Chart("streets", t("各街道按期结案率", "Closed on time by street"), t("虚线为所选范围的整体；件数太少的不比", "The dashed line is the whole; streets with too few cases are left out"),
                      "cases", ["street_code"], ["on_time", "filed"], dots("on_time", "street_code"), compares=True),
                Chart("squads", t("各中队按期结案率", "Closed on time by squad"), t("虚线为所选范围的整体", "The dashed line is the whole"),
                      "cases", ["squad_id"], ["on_time", "filed"], dots("on_time", "squad_id"), compares=True),
                Chart("where_when", t("街道 × 月份", "Streets by month"), t("立案数；空白为无案卷或少于 5 件", "Cases filed; blank where there are none or fewer than 5"),
                      "cases", ["month", "street_code"], ["filed"], shaded("filed", "month", "street_code"), wide=True),
                Table("classes", t("各类事件", "By class of event"), "cases", ["event_class"], ["filed", "on_time", "rework", "mean_hours", "overdue"], trend="filed"),
            ]),
            Section(t("处置时长", "Handling time"), [
                Listing("times", t("处置小时：平均、中位数、九成位", "Hours to handle: mean, median, 90th percentile"), [
                    ("year", t("立案年", "Year of filing"), None), ("handled", t("处置", "Handled"), "件"), ("mean", t("平均", "Mean"), "h"), ("median", t("中位数", "Median"), "h"), ("p90", t("九成位", "90th percentile"), "h"),
                ], times, lead=t("少数久拖的案卷把平均拉高，故与中位数并列；不随筛选变动", "A few long cases lift the mean, so the median stands beside it; follows no filter"),
                    relation="core.fct_case_standing", base="handled", hidden=("mean", "median", "p90")),
            ]),
            Section(t("来源与环节", "Sources and steps"), [
                *(Headline("sources", name) for name in ("reported", "valid", "public", "verified")),
                *(Headline("steps", name) for name in ("dispatched", "handled", "checked", "same_street")),
                Chart("channels", t("各渠道上报", "Reported by channel"), t("上报数", "Cases reported"), "sources", ["channel"], ["reported"], by_kind("reported", "channel")),
                Chart("levels", t("各层级按期处置率", "Handled on time by level"), t("局机关、科室、大队、中队、外单位", "Bureau, sections, brigade, squads, other units"),
                      "steps", ["handling_level"], ["handled"], dots("handled", "handling_level"), compares=True),
            ]),
        ],
    )  # fmt: skip
