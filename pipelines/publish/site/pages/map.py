"""Map: where the cases are, how soon they are closed, what is overdue, where something unusual gathers, and where was demolished."""

from pipelines.publish.site.maps import BLUE, WARM, centre, drawn, shapes
from pipelines.publish.site.page import SMALL_CELL, Chart, Dataset, Fragment, Listing, Measure, Page, Section, Table
from pipelines.publish.site.source import Release
from pipelines.publish.site.words import Text, t


def _cases(minimum: int | None = None) -> list[Measure]:
    return [
        Measure("filed", "filed", metric="platform_filed"),
        Measure(
            "on_time",
            "closed_on_time",
            "on_time_base",
            metric="platform_closed_on_time_rate",
            better="higher",
            minimum=minimum,
        ),
        Measure("overdue", "overdue_open", metric="platform_overdue_open", better="lower"),
    ]


STREETS = Dataset(
    "streets",
    "marts.case_closure",
    """select month, street_code, event_class, sum(filed)::bigint as filed, sum(closed_on_time)::bigint as closed_on_time,
       sum(on_time_closing_base)::bigint as on_time_base, sum(overdue_open)::bigint as overdue_open
       from marts.case_closure where street_code is not null group by all order by all""",
    _cases(),
)
DEMOLISHED = Dataset(
    "demolished",
    "marts.demolition",
    """select month, street_code, sum(demolition_events)::bigint as demolition_events, sum(demolished_area_m2) as demolished_area_m2,
       sum(found_cases)::bigint as found_cases from marts.demolition group by all order by all""",
    [
        Measure("area", "demolished_area_m2", metric="demolished_area_m2", base="demolition_events"),
        Measure("events", "demolition_events", metric="demolition_events"),
        Measure("found", "found_cases", metric="found_cases"),
    ],
)
GRIDS = """select month, grid_code, {by_class} sum(filed)::bigint as filed, sum(closed_on_time)::bigint as closed_on_time,
           sum(on_time_closing_base)::bigint as on_time_base, sum(overdue_open)::bigint as overdue_open
           from core.fct_case_standing where filed = 1 and grid_code is not null group by all order by all"""
HOTSPOTS = """select date_trunc('month', week)::date as month, grid_code, {by_class} count(*) as alarms, sum(cases)::bigint as cases,
              sum(score) as score_sum from marts.grid_hotspots where is_whole_week group by all order by all"""
#: A browser adds up all that a page brings. Half a million sums by month, grid and class (25 million cases) were 22 MB of script: beyond so many, grids come without classes.
MOST_SUMS = 100_000
#: Of the latest hotspots those with the highest scores; a megacity has some 90,000 in four weeks, which no browser shows as a table.
MOST_LISTED = 200
SCOPES = {"city": t("全市", "whole city"), "centre": t("城区街道", "subdistricts")}


def page(release: Release) -> Page:
    inner = centre(release)
    every = {level: shapes(release, level) for level in ("streets", "grids")}
    maps = {
        f"{level}_{scope}": [
            {**one, "has_name": scope == "centre" or one["street"] not in inner}
            for one in found
            if scope == "city" or one["street"] in inner
        ]
        for level, found in every.items()
        for scope in SCOPES
    }
    grid_words = {
        row["grid_code"]: t(row["name_zh"])
        for row in release.rows("select grid_code, name_zh from core.dim_grid order by grid_code")
    }
    fewest = release.one("select minimum_volume_grid from core.dim_city").get("minimum_volume_grid")
    by_class = "event_class," if _has_few_sums(release) else ""
    grids = Dataset(
        "grids", "core.fct_case_standing", GRIDS.format(by_class=by_class), _cases(fewest), labels={"grid_code": grid_words}
    )  # fmt: skip
    hotspots = Dataset(
        "hotspots", "marts.grid_hotspots", HOTSPOTS.format(by_class=by_class),
        [
            Measure("alarms", "alarms", title=t("热点次数", "Hotspots"), unit="次", base="cases"),
            Measure("score", "score_sum", "alarms", title=t("平均热点分", "Mean score"), unit="1", base="cases"),
        ],
        labels={"grid_code": grid_words},
    )  # fmt: skip
    chosen = [
        ("filed", t("立案数", "Cases filed"), "streets", "streets", ["filed", "on_time", "overdue"], BLUE, True),
        ("on_time", t("按期结案率", "Closed on time"), "streets", "streets", ["on_time", "filed"], WARM[::-1], False),
        ("overdue", t("超期未结案", "Overdue and open"), "streets", "streets", ["overdue", "filed"], WARM, False),
        ("area", t("拆除面积", "Area demolished"), "demolished", "streets", ["area", "events", "found"], BLUE, True),
        ("grid_filed", t("网格立案数", "Cases by grid"), "grids", "grids", ["filed", "on_time"], BLUE, True),
        (
            "grid_on_time",
            t("网格按期结案率", "On time by grid"),
            "grids",
            "grids",
            ["on_time", "filed"],
            WARM[::-1],
            False,
        ),
        ("grid_alarms", t("网格热点", "Hotspots by grid"), "hotspots", "grids", ["alarms", "score"], WARM, False),
    ]
    leads = {
        "city": t(
            "颜色分五档；灰色为无记录、少于 5 条或件数太少",
            "Five shades; grey where there is no record, fewer than 5, or too few to compare",
        ),
        "centre": t("放大的城区；颜色在城区之内分五档", "The centre, larger; five shades among its own"),
    }
    charts = [
        Chart(
            f"map-{name}-{scope}", Text(f"{title.zh}：{SCOPES[scope].zh}", f"{title.en}: {SCOPES[scope].en}"), leads[scope], dataset,
            ["street_code" if level == "streets" else "grid_code"], measures, drawn(measures[0], level, scope, ramp, quantiles=quantiles),
            compares=measures[0] == "on_time", data={key: maps[key] for key in {f"streets_{scope}", f"{level}_{scope}"}},
        )
        for name, title, dataset, level, measures, ramp, quantiles in chosen
        for scope in SCOPES
        if maps[f"{level}_{scope}"]
    ]  # fmt: skip
    there = {chart.name.split("-")[1] for chart in charts}
    groups = [{"title": t("看什么", "Show"), "options": [(name, title) for name, title, *_ in chosen if name in there]}]
    return Page(
        slug="map", order=45, title=t("地图", "Map"),
        lead=t("案件在哪里，哪里办得慢，哪里有积压，哪里突然多起来", "Where cases are, where they take long, where they pile up, where something gathers"),
        datasets=[STREETS, DEMOLISHED, grids, hotspots],
        scripts=["chooser.js"] if charts else [],
        sections=[
            Section(
                t("地图", "Map"),
                [Fragment("chooser.html.j2", {"name": "map", "groups": groups}), *charts] if charts else [],
                lead=_origin(release) if charts else t("本城市没有提供地图图形，以下用表格代替。", "This city has brought no map; the tables below stand for it."),
            ),
            Section(
                t("同样的数字，用表格看", "The same figures as tables"),
                [
                    Table("streets_table", t("各街道", "By street"), "streets", ["street_code"], ["filed", "on_time", "overdue"]),
                    Table("demolished_table", t("各街道拆违", "Demolition by street"), "demolished", ["street_code"], ["area", "events", "found"]),
                    Table("grids_table", t("各网格", "By grid"), "grids", ["grid_code"], ["filed", "on_time", "overdue"]),
                ],
                lead=None if by_class else t("网格数字量大，不分事件类别：按类别筛选时网格不变", "There are too many figures of grids to have them by class: a choice of class leaves grids as they are"),
            ),
            Section(t("近四周的热点", "Hotspots of the last four weeks"), [_latest(release)]),
        ],
    )  # fmt: skip


def _has_few_sums(release: Release) -> bool:
    # About so many is enough to know.
    asked = "select approx_count_distinct(hash(month, grid_code, event_class)) as n from core.fct_case_standing where filed = 1"
    return bool(release.one(asked).get("n", 0) <= MOST_SUMS)


def _origin(release: Release) -> Text | None:
    """Where the shapes come from, as the profile says it."""
    told = release.one(
        "select source_zh, source_en from meta.geometry where source_zh <> '' or source_en <> '' limit 1"
    )
    return Text(told["source_zh"], told["source_en"]) if told else None


def _latest(release: Release) -> Listing:
    rows = release.rows(
        """select strftime(week, '%Y-%m-%d') as week, coalesce(grid.name_zh, spot.grid_code) as grid, class.name_zh, class.name_en, cases,
           round(expected, 2) as expected, round(score, 1) as score
           from marts.grid_hotspots as spot left join core.dim_grid as grid using (grid_code) left join core.dim_event_class as class using (event_class)
           where week > (select max(week) from marts.grid_hotspots) - interval 28 days and cases >= ?
           qualify row_number() over (order by spot.score desc, week desc, grid_code, event_class) <= ?
           order by week desc, score desc""",
        SMALL_CELL,
        MOST_LISTED,
    )
    return Listing(
        "latest_hotspots", t("哪里突然多起来", "Where something gathers"),
        [
            ("week", t("周（周一）", "Week, its Monday"), None), ("grid", t("网格", "Grid"), None), ("what", t("类别", "Class"), None),
            ("cases", t("案卷", "Cases"), "件"), ("expected", t("往常每周", "Usual in a week"), "1"), ("score", t("热点分", "Score"), "1"),
        ],
        [{**row, "what": Text(row["name_zh"] or "", row["name_en"] or "")} for row in rows],
        lead=t(
            f"一周的案卷明显多于此前一年的同类案卷；分越高越不寻常；少于 5 件的不列，最多列分最高的 {MOST_LISTED} 个",
            f"Far more cases in a week than usual over the year before; the higher, the more unusual; fewer than 5 are left out, and all but the {MOST_LISTED} with the highest scores",
        ),
        relation="marts.grid_hotspots",
    )  # fmt: skip
