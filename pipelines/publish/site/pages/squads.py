"""Squads: how much falls to each officer, square kilometre and resident, how long it takes, and whose desk is overloaded. Never a person."""

from pipelines.publish.site.brush import by_kind, shaded
from pipelines.publish.site.desks import HEAVY, LIGHT, desks, fewest_cases
from pipelines.publish.site.page import Chart, Dataset, Headline, Listing, Measure, Page, Section, Table
from pipelines.publish.site.source import Release
from pipelines.publish.site.words import t

#: Nobody is compared on fewer officer-months.
OFFICER_MONTHS = 10

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


def page(release: Release) -> Page:
    desk, fewest = desks(release), fewest_cases(release)
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
