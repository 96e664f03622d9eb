"""Squads: how much falls to each officer, square kilometre and resident, how long it takes, and whose desk is overloaded. Never a person."""

from typing import Any

from pipelines.publish.site.brush import by_kind, shaded
from pipelines.publish.site.page import Chart, Dataset, Headline, Listing, Measure, Page, Section, Table
from pipelines.publish.site.source import Release
from pipelines.publish.site.words import Text, t

#: A squad's load is called heavy from so many times the median of all squads on, and light below so many.
HEAVY, LIGHT = 1.25, 0.75
#: Nobody is compared on fewer officer-months, or on fewer cases where the city does not say how many.
OFFICER_MONTHS, FEWEST = 10, 30

WORK = Dataset(
    "work",
    "marts.squad_workload",
    """select work.month, squad_id, platform_tasks, penalty_cases, hotline_tickets, demolitions, duty_hours, stability_hours, cross_squad_hours,
       work.officers, capacity.area_km2, capacity.population
       from marts.squad_workload as work left join marts.squad_capacity as capacity using (month, squad_id)
       where squad_id <> 'unassigned'""",
    [
        Measure("tasks", "platform_tasks", title=t("平台任务", "Platform tasks"), unit="件"),
        Measure("per_officer", "platform_tasks", "officers", title=t("每名队员每月任务", "Tasks per officer and month"), unit="件/人", base="platform_tasks", minimum=OFFICER_MONTHS),
        Measure("per_km2", "platform_tasks", "area_km2", title=t("每平方公里每年任务", "Tasks per km² and year"), unit="件/km²", base="platform_tasks", factor=12),
        Measure("per_10k", "platform_tasks", "population", title=t("每万居民每年任务", "Tasks per 10,000 residents and year"), unit="件", base="platform_tasks", factor=120_000),
        Measure("penalties", "penalty_cases", title=t("处罚案件", "Penalty cases"), unit="件"),
        Measure("penalties_per_officer", "penalty_cases", "officers", title=t("每名队员每月处罚案件", "Penalty cases per officer and month"), unit="件/人", base="penalty_cases", minimum=OFFICER_MONTHS),
        Measure("tickets", "hotline_tickets", title=t("热线工单", "Hotline tickets"), unit="件"),
        Measure("demolitions", "demolitions", title=t("拆除次数", "Demolitions"), unit="次"),
        Measure("hours_per_officer", "duty_hours", "officers", title=t("每名队员每月勤务时长", "Duty hours per officer and month"), unit="h", base="officers", minimum=OFFICER_MONTHS),
        Measure("stability", "stability_hours", "duty_hours", metric="stability_share"),
        Measure("away", "cross_squad_hours", "duty_hours", metric="cross_squad_share"),
    ],
)  # fmt: skip
#: Of the bureau's own tasks that were filed in the last twelve whole months, and of those open on the day.
_DESK = """
with last_year as (
    select squad_id, sum(platform_tasks)::bigint as tasks from marts.squad_workload
    where month >= date_trunc('month', ?::date) - interval 12 months and month < date_trunc('month', ?::date) group by squad_id
), squads as (
    select squad_id, name_zh, name_en, officers, area_km2, population from core.dim_squad
    join marts.squad_capacity as capacity using (squad_id)
    where squad_id <> 'unassigned' and capacity.month = (select max(month) from marts.squad_capacity)
), cases as (
    select squad_id, not_closed, overdue_open, handled, handling_seconds,
        month >= date_trunc('month', ?::date) - interval 12 months and month < date_trunc('month', ?::date) as is_recent
    from core.fct_case_standing where is_bureau_task and filed = 1
), counted as (
    select squad_id, sum(not_closed) as open_now, sum(overdue_open) as overdue_now,
        count(*) filter (is_recent and handled = 1) as handled,
        avg(handling_seconds) filter (is_recent and handled = 1) / 3600 as mean_hours,
        quantile_cont(handling_seconds, 0.5) filter (is_recent and handled = 1) / 3600 as median_hours,
        quantile_cont(handling_seconds, 0.9) filter (is_recent and handled = 1) / 3600 as p90_hours
    from cases group by squad_id
)
select squads.*, coalesce(tasks, 0) as tasks, coalesce(open_now, 0) as open_now, coalesce(overdue_now, 0) as overdue_now,
    coalesce(handled, 0) as handled, mean_hours, median_hours, p90_hours,
    tasks / nullif(officers, 0) as per_officer, tasks / nullif(officers, 0) / nullif(median(tasks / nullif(officers, 0)) over (), 0) as load
from squads left join last_year using (squad_id) left join counted using (squad_id) order by load desc nulls last, squad_id
"""


def page(release: Release) -> Page:
    said = release.one("select minimum_volume from core.dim_city").get("minimum_volume")
    fewest = int(said) if said is not None else FEWEST
    desk = [_judged(row, fewest) for row in release.rows(_DESK, *[release.as_of] * 4)]
    name = ("name", t("中队", "Squad"), None)
    return Page(
        slug="squads", order=40, title=t("中队", "Squads"),
        lead=t("每支中队有多少事、多少人、多大地方，谁的担子重。只到中队，不到个人", "How much work, how many people and how large an area each squad has, and who carries too much. Squads only, never a person"),
        datasets=[WORK],
        sections=[
            Section(
                t("谁的担子重", "Whose desk is overloaded"),
                [
                    Listing(
                        "desk", t("各中队的负荷", "The load of each squad"),
                        [
                            name, ("verdict", t("负荷", "Load"), None), ("load", t("相当于中位数的倍数", "Times the median"), "1"), ("tasks", t("近 12 个整月任务", "Tasks of the last 12 whole months"), "件"),
                            ("officers", t("在编人数", "Officers"), "1"), ("per_officer", t("人均任务", "Tasks per officer"), "件/人"), ("open_now", t("现在未结", "Open now"), "件"), ("overdue_now", t("其中超期", "of these overdue"), "件"),
                        ],
                        desk, relation="marts.squad_workload", base="tasks", hidden=("load", "per_officer", "open_now", "overdue_now"),
                        lead=t(f"人均任务达到各中队中位数的 {HEAVY} 倍为偏重，不到 {LIGHT} 倍为偏轻；少于 {fewest} 件不评。未结与超期截至当日，只计本局任务",
                               f"Heavy: {HEAVY} times the median of all squads or more per officer; light: below {LIGHT}; not judged below {fewest} cases. Open and overdue as of the day, the bureau's own tasks only"),
                    ),
                ],
            ),
            Section(
                t("人均、每平方公里、每万居民", "Per officer, km² and 10,000 residents"),
                [
                    Headline("work", "tasks"), Headline("work", "per_officer"), Headline("work", "hours_per_officer"), Headline("work", "away"),
                    Chart("per_officer", t("每名队员每月任务", "Tasks per officer and month"), t("平台任务 ÷ 在编人月；虚线为全市", "Platform tasks by officer-months; dashed: the whole city"), "work", ["squad_id"], ["per_officer", "tasks"], by_kind("per_officer", "squad_id", mean=True), compares=True),
                    Chart("hours", t("每名队员每月勤务时长", "Duty hours per officer and month"), t("辖区勤务人时 ÷ 在编人月；虚线为全市", "Hours on duty in the area by officer-months; dashed: the whole city"), "work", ["squad_id"], ["hours_per_officer", "away"], by_kind("hours_per_officer", "squad_id", mean=True), compares=True),
                    Chart("per_km2", t("每平方公里每年任务", "Tasks per km² and year"), t("平台任务 ÷ 所辖建成区面积，折合一年", "Platform tasks by built-up area, as of a year"), "work", ["squad_id"], ["per_km2", "tasks"], by_kind("per_km2", "squad_id", mean=True)),
                    Chart("per_10k", t("每万居民每年任务", "Tasks per 10,000 residents and year"), t("平台任务 ÷ 所辖人口，折合一年", "Platform tasks by residents, as of a year"), "work", ["squad_id"], ["per_10k", "tasks"], by_kind("per_10k", "squad_id", mean=True)),
                    Chart("months", t("各中队逐月人均任务", "Tasks per officer, month by month"), t("颜色越深，人均越多", "The darker, the more per officer"), "work", ["month", "squad_id"], ["per_officer"], shaded("per_officer", "month", "squad_id"), wide=True),
                    Table("squads_table", t("各中队", "By squad"), "work", ["squad_id"], ["tasks", "per_officer", "per_km2", "per_10k", "penalties", "penalties_per_officer", "tickets", "demolitions", "hours_per_officer", "stability", "away"]),
                ],
            ),
            Section(
                t("处置要多久", "How long it takes"),
                [
                    Listing(
                        "handling", t("处置时长（小时）：平均、中位数、九成位", "Hours of handling: mean, median, 90th percentile"),
                        [name, ("handled", t("已处置", "Handled"), "件"), ("mean_hours", t("平均", "Mean"), "h"), ("median_hours", t("中位数", "Median"), "h"), ("p90_hours", t("九成位", "90th percentile"), "h")],
                        [row for row in desk if row["handled"] >= fewest], relation="core.fct_case_standing",
                        lead=t(f"近 12 个整月立案、已处置的本局任务，派遣至处置完成。少数拖得久的案件把平均数拉高，故并列中位数和九成位；少于 {fewest} 件不列",
                               f"The bureau's own tasks filed in the last 12 whole months and handled, from dispatch to the end of the handling. A few long ones raise the mean, so median and 90th percentile stand beside it; squads with fewer than {fewest} are left out"),
                    ),
                ],
            ),
            Section(
                t("人与地", "People and area"),
                [
                    Listing(
                        "capacity", t("各中队现有人员与辖区", "People and area of each squad"),
                        [name, ("officers", t("在编人数", "Officers"), "1"), ("area_km2", t("建成区（平方公里）", "Built-up area, km²"), "1"), ("population", t("居民", "Residents"), "1")],
                        sorted(desk, key=lambda row: str(row["squad_id"])), relation="marts.squad_capacity",
                    ),
                ],
            ),
        ],
    )  # fmt: skip


def _judged(row: dict[str, Any], fewest: int) -> dict[str, Any]:
    load = row["load"]
    if load is None or row["tasks"] < fewest:
        verdict = t("件数太少，不评", "too few to judge")
    elif load >= HEAVY:
        verdict = t("偏重", "heavy")
    else:
        verdict = t("偏轻", "light") if load < LIGHT else t("正常", "usual")
    return {**row, "name": Text(row["name_zh"], row["name_en"] or ""), "verdict": verdict}
