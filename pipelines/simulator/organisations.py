"""Small registers that are kept by hand: organisations, posts, the city's yearly statistics; and what such a workbook looks like.

Belongs here: what the report says of the bureau's history and its posts, entry by entry. From the report: 2003, 2011, 2012-08-21, the
grades, 8 squads, 14 posts (3 leaders) and 69 (2 leaders), 600,000 people and 60 km² in 2017. Days, earlier posts, seats, the alias's
first day and every other year and street are illustrative.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import accumulate, pairwise

from pipelines.simulator.scene import Scene
from pipelines.simulator.trouble import Cell, Row
from pipelines.simulator.truth import FeedTruth
from pipelines.simulator.workbooks import in_style, write_text, write_workbook

#: (organisation, name, alias, kind, grade, above it, what is recorded, established, approved by, approved, basis, from, to)
Entry = tuple[
    str, str, str | None, str, str | None, str | None, str, date | None, str | None, date | None, str, date, date | None
]
BRIGADE_NAME, BUREAU_NAME = "城市管理综合执法大队", "昌吉市城市管理行政执法局"
FOUNDED, FIRST_DAY, PLAN_DAY, ALIAS_DAY = date(2003, 5, 1), date(2011, 1, 1), date(2012, 8, 21), date(2017, 3, 1)
GOVERNMENT, COMMISSIONS = "昌吉市人民政府", "自治区、州编委"
ENTRIES: tuple[Entry, ...] = (
    ("CGDD", "城建监察大队", None, "事业单位", None, None, "其他", None, None, None, "原有机构", date(1996, 1, 1), FOUNDED),
    ("CGDD", BRIGADE_NAME, None, "事业单位", None, None, "组建", FOUNDED, GOVERNMENT, None,
     "在原城建监察大队的基础上组建", FOUNDED, PLAN_DAY),
    ("CG", BUREAU_NAME, None, "行政机关", "正科级", None, "组建", FIRST_DAY, COMMISSIONS, FIRST_DAY,
     "结合政府机构改革组建", FIRST_DAY, PLAN_DAY),
    ("CG", BUREAU_NAME, None, "行政机关", "正科级", None, "三定方案", FIRST_DAY, GOVERNMENT, PLAN_DAY,
     "“三定”方案", PLAN_DAY, ALIAS_DAY),
    ("CGDD", f"昌吉市{BRIGADE_NAME}", None, "事业单位", "副科级", "CG", "三定方案", FOUNDED, GOVERNMENT, PLAN_DAY,
     "“三定”方案", PLAN_DAY, None),
    ("CG", BUREAU_NAME, "昌吉市城市管理局", "行政机关", "正科级", None, "别名", FIRST_DAY, None, None,
     "门户网站发布名称", ALIAS_DAY, None),
)  # fmt: skip
#: Squad → the street of its seat.
SEATS = {
    "ZD01": "001", "ZD02": "002", "ZD03": "003", "ZD04": "004", "ZD05": "005", "ZD06": "402", "ZD07": "101", "ZD08": "105",
}  # fmt: skip
ORGANISATION_COLUMNS = {
    "entry_no": "登记编号", "org_id": "机构代码", "name_zh": "机构名称", "alias_zh": "别名（简称）", "kind": "机构性质",
    "grade": "机构规格", "parent_id": "上级机构代码", "seat_street_code": "驻地", "change": "登记事项",
    "established_on": "成立日期", "approved_by": "批准机关", "approved_on": "批准日期", "basis": "依据",
    "valid_from": "生效日期", "valid_to": "失效日期",
}  # fmt: skip
#: (organisation, posts, leading posts, document, from, to)
POSTS: tuple[tuple[str, int, int, str, date, date | None], ...] = (
    ("CGDD", 62, 2, "组建批复", FOUNDED, PLAN_DAY),
    ("CG", 12, 2, "组建批复", FIRST_DAY, PLAN_DAY),
    ("CG", 14, 3, "“三定”方案", PLAN_DAY, None),
    ("CGDD", 69, 2, "“三定”方案", PLAN_DAY, None),
)
POST_COLUMNS = {
    "entry_no": "编制编号", "org_id": "单位名称", "staff_type": "编制类别", "approved_posts": "核定编制数",
    "leader_posts": "其中：领导职数", "basis": "批准文件", "valid_from": "生效日期", "valid_to": "失效日期",
}  # fmt: skip
STATISTICS_COLUMNS = {
    "stat_no": "统计编号", "stat_year": "年度", "street_code": "街道（乡镇）", "population": "总人口（人）",
    "built_up_area_km2": "建成区面积（平方公里）", "published_on": "发布日期",
}  # fmt: skip
#: Streets' shares, in hundredths, of the people and of the built-up area.
PEOPLE_SHARES = {
    "001": 13, "002": 12, "003": 11, "004": 14, "005": 11, "006": 8, "402": 6, "101": 6, "105": 4, "104": 4, "102": 4,
    "103": 3, "106": 2, "107": 1, "100": 1,
}  # fmt: skip
AREA_SHARES = {
    "001": 8, "002": 7, "003": 8, "004": 9, "005": 6, "006": 9, "402": 22, "101": 7, "105": 6, "104": 5, "102": 4, "103": 4,
    "106": 2, "107": 2, "100": 1,
}  # fmt: skip
STATED_YEAR, PEOPLE, HECTARES = 2017, 600_000, 6_000


def write(scene: Scene) -> list[FeedTruth]:
    """The three registers as they stand on the as-of date."""
    return [_organisations(scene), _posts(scene), _statistics(scene)]


def write_register(
    scene: Scene,
    source: str,
    truth: FeedTruth,
    columns: Mapping[str, str],
    rows: Sequence[Row],
    *,
    key: str,
    title: str,
    note: str,
) -> None:
    """A workbook with its title in the first row, the header in the second and a note at the end; all rows are right."""
    if not rows:
        return
    truth.valid(str(row[key]) for row in rows)
    lines: list[list[Cell]] = [[title], list(columns.values())]
    lines += [[row.get(field) for field in columns] for row in rows]
    lines.append([note])
    truth.skipped("note")
    write_workbook(scene.inbox / source, title, lines, [(0, 0, 0, len(columns) - 1)])
    truth.sources.append(source)


def _until(day: date | None, as_of: date) -> date | None:
    """An end that is known on the as-of date."""
    return day if day is not None and day <= as_of else None


def _organisations(scene: Scene) -> FeedTruth:
    world, truth = scene.world, FeedTruth("organisations")
    squads: list[Entry] = [
        (world.unit_of(squad), name, None, "派驻中队", None, "CGDD", "组建", FIRST_DAY, BUREAU_NAME, FIRST_DAY,
         "按街道办事处区划派驻", FIRST_DAY, None)
        for squad, name in world.squad_names.items()
    ]  # fmt: skip
    seats = {world.unit_of(squad): world.city.facts.region_code + street for squad, street in SEATS.items()}
    rows: list[Row] = []
    for n, entry in enumerate(sorted([*ENTRIES, *squads], key=lambda entry: entry[11]), 1):
        org, name, alias, kind, grade, above, change, established, by, approved, basis, start, end = entry
        if start > scene.as_of:
            continue
        seat = seats.get(org)
        rows.append(
            {
                "entry_no": f"JG{n:03d}", "org_id": org, "name_zh": name, "alias_zh": alias, "kind": kind, "grade": grade,
                "parent_id": above, "seat_street_code": world.street_names[seat] if seat else None, "change": change,
                "established_on": in_style(established, n), "approved_by": by, "approved_on": in_style(approved, n + 1),
                "basis": basis, "valid_from": in_style(start, n + 2), "valid_to": in_style(_until(end, scene.as_of), n + 3),
            }
        )  # fmt: skip
    write_register(
        scene, "personnel/机构登记.xlsx", truth, ORGANISATION_COLUMNS, rows,
        key="entry_no", title="机构登记", note="备注：名称变更另行登记。",
    )  # fmt: skip
    return truth


def _posts(scene: Scene) -> FeedTruth:
    truth = FeedTruth("establishments")
    rows: list[Row] = [
        {
            "entry_no": f"BZ{n:03d}", "org_id": scene.world.unit_names[org], "staff_type": "事业编制", "approved_posts": posts,
            "leader_posts": leaders, "basis": basis, "valid_from": in_style(start, n),
            "valid_to": in_style(_until(end, scene.as_of), n + 1),
        }
        for n, (org, posts, leaders, basis, start, end) in enumerate(POSTS, 1)
        if start <= scene.as_of
    ]  # fmt: skip
    write_register(
        scene, "personnel/编制台账.xlsx", truth, POST_COLUMNS, rows,
        key="entry_no", title="编制台账", note="备注：领导职数含在编制数内。",
    )  # fmt: skip
    return truth


def _statistics(scene: Scene) -> FeedTruth:
    """Published in the middle of each year. The streets add up to the city."""
    truth, source = FeedTruth("city_statistics"), "statistics/城市统计.csv"
    region = scene.world.city.facts.region_code
    rows: list[Row] = []
    for year in range(2011, scene.as_of.year + 1):
        published = date(year, 6, 30)
        if published > scene.as_of:
            break
        people = PEOPLE + (year - STATED_YEAR) * (13_000 if year < STATED_YEAR else 6_000)
        hectares = HECTARES + (year - STATED_YEAR) * (250 if year < STATED_YEAR else 80)
        rows.append(_line(year, None, people, hectares, published) | {"stat_no": f"TJ{year}-000"})
        lands = dict(zip(AREA_SHARES, _parts(hectares, AREA_SHARES.values()), strict=True))
        for street, heads in zip(PEOPLE_SHARES, _parts(people, PEOPLE_SHARES.values()), strict=True):
            name = scene.world.street_names[region + street]
            rows.append(_line(year, name, heads, lands[street], published) | {"stat_no": f"TJ{year}-{street}"})
    if rows:
        truth.valid(str(row["stat_no"]) for row in rows)
        lines = [[row.get(field) for field in STATISTICS_COLUMNS] for row in rows]
        write_text(scene.inbox / source, list(STATISTICS_COLUMNS.values()), lines)
        truth.sources.append(source)
    return truth


def _parts(whole: int, shares: Iterable[int]) -> list[int]:
    """The whole in parts of so many hundredths, which add up to it."""
    bounds = [whole * done // 100 for done in accumulate(shares, initial=0)]
    return [after - before for before, after in pairwise(bounds)]


def _line(year: int, street: str | None, people: int, hectares: int, published: date) -> Row:
    return {
        "stat_year": year, "street_code": street, "population": people, "built_up_area_km2": hectares / 100,
        "published_on": published,
    }  # fmt: skip
