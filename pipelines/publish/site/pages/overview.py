"""The overview: whether the city gets better or worse, where, whose desk is full, what is overdue, and whether the data can be trusted."""

from pipelines.publish.site import minute
from pipelines.publish.site.brush import columns_over_months, over_months
from pipelines.publish.site.desks import HEAVY
from pipelines.publish.site.page import Chart, Dataset, Fragment, Headline, Listing, Measure, Page, Section, Table
from pipelines.publish.site.source import Release
from pipelines.publish.site.words import t

CASES = Dataset(
    "cases",
    "marts.case_closure",
    """select month, squad_id, street_code, sum(filed)::bigint as filed, sum(due)::bigint as due, sum(closed_on_time)::bigint as closed_on_time,
       sum(overdue_open)::bigint as overdue_open, sum(rework)::bigint as rework, sum(handled)::bigint as handled,
       sum(on_time_closing_base)::bigint as on_time_base, sum(rework_base)::bigint as rework_base, round(sum(handling_hours_sum), 2) as hours
       from marts.case_closure group by all order by all""",
    [
        Measure("filed", "filed", metric="platform_filed"),
        Measure("on_time", "closed_on_time", "on_time_base", metric="platform_closed_on_time_rate", better="higher"),
        Measure("mean_hours", "hours", "handled", metric="platform_mean_handling_seconds", title=t("平均处置时长", "Mean handling time"), unit="h", better="lower"),
        Measure("rework", "rework", "rework_base", metric="platform_rework_rate", better="lower"),
        Measure("overdue", "overdue_open", metric="platform_overdue_open", base="due", title=t("所立案中超期未结", "Of those filed, overdue and open")),
    ],
)  # fmt: skip
TICKETS = Dataset(
    "tickets",
    "marts.hotline_service",
    "select month, received, closed_on_time, due, surveyed, satisfied from marts.hotline_service",
    [
        Measure("received", "received", metric="hotline_received"),
        Measure("satisfaction", "satisfied", "surveyed", metric="hotline_satisfaction_rate", better="higher"),
    ],
)
WORK = Dataset(
    "work",
    "marts.penalty_procedure",
    "select month, squad_id, cases_filed, cases_closed from marts.penalty_procedure",
    [Measure("penalties", "cases_filed", metric="penalty_cases_filed")],
)
BUILDING = Dataset(
    "building",
    "marts.demolition",
    "select month, squad_id, street_code, found_cases, demolition_events, demolished_area_m2 from marts.demolition",
    [Measure("area", "demolished_area_m2", metric="demolished_area_m2", base="demolition_events")],
)


def page(release: Release) -> Page:
    loads, overdue = minute.loads(release), minute.overdue(release)
    return Page(
        slug="index", order=0, short=t("总览", "Overview"),
        title=t(f"{release.city.of('zh')}：一分钟总览", f"{release.city.of('en')} in one minute"),
        lead=t("城市在变好还是变差，哪里需要关注，谁的担子过重，什么已经超期，数据是否可信",
               "Whether the city gets better or worse, where to look, whose desk is full, what is overdue, and whether the data can be trusted"),
        datasets=[CASES, TICKETS, WORK, BUILDING],
        opening=Fragment("minute.html.j2", {"answers": minute.answers(release), "window": minute.windows(release.as_of)}),
        sections=[
            Section(t("关键数字", "Key figures"), [
                Headline("cases", "filed", "platform.html"), Headline("cases", "on_time", "platform.html"), Headline("cases", "mean_hours", "platform.html#times"),
                Headline("cases", "rework", "platform.html"), Headline("tickets", "received", "hotline.html"), Headline("tickets", "satisfaction", "hotline.html"),
                Headline("work", "penalties", "mechanism.html", note=t("数量不是指标", "Numbers are no target")), Headline("building", "area", "grassroots.html"),
            ], lead=t("与去年同样的月份相比；升降不足 0.5 个百分点或 3% 算持平", "Against the same months a year before; less than 0.5 points or 3 % counts as steady")),
            Section(t("哪里", "Where"), [
                Table("streets", t("各街道", "By street"), "cases", ["street_code"], ["filed", "on_time", "mean_hours", "overdue"], trend="on_time", compares=True,
                      lead=t("案件够多的街道，案件多的在前", "Streets with enough cases, most cases first")),
            ]),
            Section(t("担子", "Desks"), [
                Fragment("desks.html.j2", {"loads": loads, "heavy": HEAVY}),
            ], lead=t("近 12 个整月每名在编队员承担的平台任务；竖线为各中队中位数。比较的是中队，不是人",
                      "Platform tasks for each established officer in the last 12 whole months; the line is the squads’ median. Squads are compared, not persons")),
            Section(t("超期", "Overdue"), [
                Listing("overdue", t("超期未结的案卷在哪个单位", "Which units have overdue cases"), [
                    ("unit", t("处置单位", "Unit"), None), ("overdue", t("超期未结", "Overdue and open"), "件"), ("oldest_days", t("最久（天）", "Oldest (days)"), "天"), ("due", t("历来应结", "Ever due"), "件"),
                ], overdue, relation="core.fct_case_standing", base="due", hidden=("overdue", "oldest_days"),
                    lead=t("截至日期，不随筛选变动", "On the as-of day; follows no filter")),
            ]),
            Section(t("趋势", "Over time"), [
                Chart("filed", t("每月立案", "Cases filed each month"), t("按立案月份", "By month of filing"), "cases", ["month"], ["filed"], columns_over_months("filed")),
                Chart("on_time", t("按期结案率", "Closed on time"), t("应结案中按期结案的占比", "Of those due, the share closed in time"), "cases", ["month"], ["on_time"], over_months("on_time")),
            ]),
            Section(t("数据可信吗", "Can the data be trusted"), [Fragment("trust.html.j2", {"seen": minute.trust(release), "judged": minute.changes(release)})]),
        ],
    )  # fmt: skip
