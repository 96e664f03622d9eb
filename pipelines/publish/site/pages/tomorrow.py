"""Tomorrow: what the duty officer plans by - cases to be expected, the squads' load, what gathers where, and how right we were last month."""

from typing import Any

from pipelines.publish.site.maps import BLUE, centre, drawn, shapes
from pipelines.publish.site.page import SMALL_CELL, Chart, Dataset, Listing, Measure, Page, Section
from pipelines.publish.site.source import Release
from pipelines.publish.site.words import Text, t

EXPECTED = Dataset(
    "expected", "marts.case_forecast_daily",
    """select street_code, sum(expected) as expected, sum(expected_citizen) as citizen, sum(expected - expected_citizen) as found
       from marts.case_forecast_daily group by all order by all""",
    [
        Measure("expected", "expected", title=t("未来 7 天期望案卷", "Cases expected in 7 days"), unit="件"),
        Measure("citizen", "citizen", title=t("其中公众反映", "of these from citizens"), unit="件"),
        Measure("found", "found", title=t("其中工作人员发现", "of these found by officials"), unit="件"),
    ],
)  # fmt: skip
_DAYS = """select strftime(starts_on, '%Y-%m-%d') as day, date.is_workday, holiday_name, round(expected, 1) as expected, round(expected_citizen, 1) as citizen,
    round(low, 1) as low, round(high, 1) as high from marts.case_forecast_total left join core.dim_date as date on date.date_on = starts_on
    where level = 'city' and grain = 'day' order by starts_on"""
_CLASSES = """with classes as (
        select code_scheme || '.' || main_code as major, any_value(main_zh) as zh, any_value(main_en) as en from core.dim_event_class group by all
    ), made as (select event_class as major, sum(expected) as expected, sum(expected_citizen) as citizen from marts.case_forecast_daily group by all)
    select coalesce(zh, major) as zh, coalesce(en, '') as en, round(expected, 1) as expected, round(citizen, 1) as citizen
    from made left join classes using (major) order by expected desc"""
_SQUADS = """select name_zh, name_en, verdict, round(expected, 1) as expected, round(low, 1) as low, round(high, 1) as high, round(relief.expected_citizen, 1) as citizen,
    relief.officers, patrol_hours, round(hours_to_balance, 0) as hours, round(hours_to_balance_low, 0) as hours_low, round(hours_to_balance_high, 0) as hours_high
    from marts.squad_relief as relief join core.dim_squad using (squad_id) where week = (select min(week) from marts.squad_relief) order by hours desc nulls last, squad_id"""
_HOTSPOTS = """select coalesce(grid.name_zh, spot.grid_code) as place, class.name_zh, class.name_en, state, strftime(starts_on, '%Y-%m-%d') as since, cases, cases_citizen,
    round(expected, 1) as expected, weeks_flagged from marts.hotspots as spot left join core.dim_grid as grid using (grid_code)
    left join core.dim_event_class as class using (event_class) where cases >= ? order by q_value, spot.grid_code"""
_PLACES = """select coalesce(grid.name_zh, spot.grid_code) as place, class.name_zh, class.name_en, cases, cases_citizen, weeks_with_cases, round(usual_weeks, 0) as usual_weeks
    from marts.repeat_places as spot left join core.dim_grid as grid using (grid_code) left join core.dim_event_class as class using (event_class)
    order by weeks_with_cases desc, cases desc limit 20"""
#: Of the last month that is over, and of each level and evidence.
_SKILL = """select evidence, grain, level, sum(forecasts)::bigint as forecasts, sum(absolute_error_sum) / nullif(sum(actual_sum), 0) as error,
    sum(naive_absolute_error_sum) / nullif(sum(actual_sum), 0) as naive, sum(held) / nullif(sum(forecasts), 0) as held
    from marts.forecast_skill where month = date_trunc('month', ?::date + interval 1 day) - interval 1 month group by all"""
VERDICTS = {
    "over": t("偏重", "over"),
    "under": t("偏轻", "under"),
    "about": t("不能断定", "not sure"),
    "unknown": t("无时长记录", "no hours known"),
}
STATES = {"emerging": t("新出现", "emerging"), "persistent": t("持续", "persistent"), "fading": t("消退", "fading")}
EVIDENCE = {"frozen": t("当晚真实预测", "really forecast"), "backtest": t("回测", "backtest")}
GRAINS = {"day": t("日", "days"), "week": t("周", "weeks")}
LEVELS = {
    "city": t("全市", "city"),
    "street": t("街道", "street"),
    "class": t("大类", "class"),
    "street_class": t("街道×大类", "street × class"),
}


def page(release: Release) -> Page:
    return Page(
        slug="tomorrow", order=5, title=t("明日值班", "Tomorrow"),
        lead=t("预计有多少事、谁的担子会重、哪里在聚集，以及上个月预测得准不准。只是提示，由人决定",
               "How much to expect, who will carry too much, where something gathers, and how right we were last month. It advises; people decide"),
        datasets=[EXPECTED],
        sections=[
            Section(t("未来七天", "The next seven days"), [*_map(release), _days(release), _classes(release)]),
            Section(
                t("负荷与调剂", "Load and relief"), [_squads(release)],
                lead=t("如果全局的巡查时长按期望案卷数分布，各中队每周应增减多少小时。两头是把握的范围；按下限和公众反映都应增加才叫偏重。不考虑路程、专长和休假",
                       "How many hours a week each squad would gain or give if all patrol hours were spread as cases are expected. The two ends say how sure; over means that even the low end and the citizens' reports agree. It knows nothing of distance, skill or leave"),
            ),
            Section(t("哪里在聚集", "Where something gathers"), [_hotspots(release), _places(release)]),
            Section(t("上个月预测得准不准", "How right we were last month"), [_skill(release)]),
        ],
    )  # fmt: skip


def _map(release: Release) -> list[Chart]:
    inner = centre(release)
    streets = [{**one, "has_name": one["street"] not in inner} for one in shapes(release, "streets")]
    if not streets:
        return []
    return [
        Chart(
            "expected_map", t("各街道", "By street"),
            t("未来 7 天期望案卷，颜色分五档；灰色为不足 5 件或无预测", "Cases expected in the next 7 days in five shades; grey: fewer than 5, or none forecast"),
            "expected", ["street_code"], ["expected", "citizen", "found"], drawn("expected", "streets", "city", BLUE, quantiles=True),
            data={"streets_city": streets},
        )
    ]  # fmt: skip


_RANGE = [
    ("expected", t("期望", "Expected"), "分"),
    ("low", t("少则", "At least"), "分"),
    ("high", t("多则", "At most"), "分"),
    ("citizen", t("其中公众反映", "of these from citizens"), "分"),
]


def _days(release: Release) -> Listing:
    rows = [{**row, "kind": _kind(row)} for row in release.rows(_DAYS)]
    return Listing(
        "next_days", t("全市每天", "The city, day by day"), [("day", t("日期", "Day"), None), ("kind", t("日子", "Kind of day"), None), *_RANGE], rows,
        lead=t("“少则”“多则”之间应含五次中的四次", "Four times of five it should lie between the two ends"), relation="marts.case_forecast_total",
    )  # fmt: skip


def _kind(row: dict[str, Any]) -> Text:
    if row["is_workday"] is None:
        return Text("", "")
    works = t("工作日", "workday") if row["is_workday"] else t("休息日", "day off")
    return Text(f"{works.zh}（节假日调整）", f"{works.en} (holiday calendar)") if row["holiday_name"] else works


def _classes(release: Release) -> Listing:
    rows = [{**row, "what": Text(row["zh"], row["en"] or row["zh"])} for row in release.rows(_CLASSES)]
    return Listing(
        "next_classes", t("未来七天，按大类", "The next seven days, by class"), [("what", t("大类", "Class"), None), _RANGE[0], _RANGE[3]], rows,
        lead=t("均值之和；各街道各大类相加即全市", "Sums of means; streets and classes add up to the city"), relation="marts.case_forecast_daily",
    )  # fmt: skip


def _squads(release: Release) -> Listing:
    rows = [
        {**row, "name": Text(row["name_zh"], row["name_en"] or ""), "said": VERDICTS[row["verdict"]]}
        for row in release.rows(_SQUADS)
    ]
    return Listing(
        "relief", t("各中队本周或下一整周", "Each squad in the coming week"),
        [
            ("name", t("中队", "Squad"), None), ("said", t("负荷", "Load"), None), *_RANGE, ("officers", t("在编人数", "Officers"), "件"),
            ("patrol_hours", t("平常每周巡查", "Usual patrol a week"), "h"), ("hours", t("均衡需增减", "Hours to balance"), "h"),
            ("hours_low", t("按下限", "at the low end"), "h"), ("hours_high", t("按上限", "at the high end"), "h"),
        ],
        rows, relation="marts.squad_relief",
    )  # fmt: skip


def _spots(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {**row, "place": Text(row["place"], row["place"]), "what": Text(row["name_zh"] or "", row["name_en"] or "")}
        for row in rows
    ]


def _hotspots(release: Release) -> Listing:
    rows = [{**row, "said": STATES[row["state"]]} for row in _spots(release.rows(_HOTSPOTS, SMALL_CELL))]
    return Listing(
        "hotspots_now", t("明显偏多的网格", "Cells with remarkably many cases"),
        [
            ("place", t("网格", "Cell"), None), ("what", t("类别", "Class"), None), ("said", t("状态", "State"), None), ("since", t("自", "Since"), None),
            ("cases", t("案卷", "Cases"), "件"), ("cases_citizen", t("其中公众反映", "of these from citizens"), "件"), ("expected", t("应有", "Expected"), "分"),
            ("weeks_flagged", t("近 8 周标记周数", "Weeks flagged of 8"), "件"),
        ],
        rows, relation="marts.hotspots",
        lead=t("与自身过去一年和全市同期相比；已按全部网格、类别校正，误报不超过 5%。公众反映很少时，先想一想是不是去得多所以查得多",
               "Against its own year and the rest of the city; corrected for all cells and classes looked at, at most 5 % are false alarms. Where few citizens reported, ask first whether it was found because somebody looked"),
    )  # fmt: skip


def _places(release: Release) -> Listing:
    return Listing(
        "repeating", t("反复出现的地点", "Places where it comes back"),
        [
            ("place", t("网格", "Cell"), None), ("what", t("类别", "Class"), None), ("weeks_with_cases", t("近 52 周有案卷的周数", "Weeks with cases of 52"), "件"),
            ("usual_weeks", t("通常", "usual"), "件"), ("cases", t("案卷", "Cases"), "件"), ("cases_citizen", t("其中公众反映", "of these from citizens"), "件"),
        ],
        _spots(release.rows(_PLACES)), relation="marts.repeat_places", lead=t("只到地点，不到个人；最多列 20 个", "Places, never persons; at most 20"),
    )  # fmt: skip


def _skill(release: Release) -> Listing:
    rows = release.rows(_SKILL, release.as_of)
    order = {name: at for names in (EVIDENCE, GRAINS, LEVELS) for at, name in enumerate(names)}
    rows.sort(key=lambda row: [order[row[key]] for key in ("evidence", "grain", "level")])
    told = [
        {**row, "how": EVIDENCE[row["evidence"]], "of": GRAINS[row["grain"]], "what": LEVELS[row["level"]]}
        for row in rows
    ]
    return Listing(
        "skill", t("误差与命中", "Errors and hits"),
        [
            ("how", t("依据", "Evidence"), None), ("of", t("期间", "Period"), None), ("what", t("层级", "Level"), None), ("forecasts", t("预测数", "Forecasts"), "件"),
            ("error", t("加权误差", "Weighted error"), "%"), ("naive", t("朴素规则的误差", "Error of the naive rule"), "%"), ("held", t("区间命中", "Within the interval"), "%"),
        ],
        told, relation="marts.forecast_skill",
        lead=t("误差 = |实际 − 预测| 之和 ÷ 实际之和；朴素规则照抄去年同周或上周同日；区间应命中约 80%，大多数周为零的细项会更高",
               "Error: sum of |actual − forecast| by the sum of actual cases. The naive rule copies the same week of last year, or the same day of last week. Intervals should hold about 80 %; more where most weeks are zero"),
    )  # fmt: skip
