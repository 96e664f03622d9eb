"""The simulated team, recounted from the files it wrote: posts and heads of the report, who serves when, rosters, training, operations."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import fastexcel
import pytest

from pipelines.city import load_city
from pipelines.settings import PROJECT_ROOT, Settings
from pipelines.simulator import SimulationTruth, people, simulate
from pipelines.simulator.staff import Member, draw_staff
from pipelines.simulator.world import World

AS_OF = date(2017, 9, 25)
FEEDS = (
    "organisations", "establishments", "staff", "duty_roster", "training_records", "joint_operations", "city_statistics",
)  # fmt: skip
Record = dict[str, str | None]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SimulationTruth]:
    """A small city; the team is the same in every size."""
    inbox = tmp_path_factory.mktemp("inbox")
    return inbox, simulate(inbox, cases=250)


@pytest.fixture(scope="module")
def staff() -> list[Member]:
    """Everybody who ever serves."""
    return draw_staff(World(load_city(Settings(city="changji", cities=PROJECT_ROOT / "cities")), 2017))


def _book(path: Path) -> list[Record]:
    """The lines beneath the header, which stands in the second row; notes and subtotals left out."""
    frame = fastexcel.read_excel(path).load_sheet(0, header_row=None, dtypes="string").to_polars()
    lines = [dict(zip(frame.row(1), row, strict=True)) for row in frame[2:].iter_rows()]
    return [line for line in lines if not re.match("备注|小计", next(filter(None, line.values()), "备注") or "")]


def _text(path: Path) -> list[Record]:
    with path.open(encoding="gb18030", newline="") as stream:
        return list(csv.DictReader(stream))


def _day(text: str | None) -> date | None:
    numbers = re.match(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})", text or "")
    try:
        return date(*map(int, numbers.groups())) if numbers else None
    except ValueError:
        return None


def _serving(inbox: Path) -> list[Record]:
    return [row for row in _book(inbox / "personnel/人员花名册.xlsx") if not row["离岗日期"]]


def _shifts(inbox: Path) -> Iterator[Record]:
    for path in sorted((inbox / "duty").glob("勤务排班_*.xlsx")):
        yield from _book(path)


class TestTheReportsFigures:
    def test_14_posts_with_3_leaders_and_69_with_2_are_in_force(self, city: tuple[Path, SimulationTruth]) -> None:
        rows = [row for row in _book(city[0] / "personnel/编制台账.xlsx") if not row["失效日期"]]
        posts = {str(row["单位名称"]): (row["核定编制数"], row["其中：领导职数"]) for row in rows}
        assert posts == {"昌吉市城市管理行政执法局": ("14", "3"), "昌吉市城市管理综合执法大队": ("69", "2")}

    def test_70_auxiliaries_serve_and_no_more_established_staff_than_posts(
        self, city: tuple[Path, SimulationTruth]
    ) -> None:
        kinds = Counter((row["所属单位"], row["人员类别"]) for row in _serving(city[0]))
        assert kinds == {
            ("昌吉市城市管理综合执法大队", "协管员"): 70,
            ("昌吉市城市管理综合执法大队", "在编"): 61,
            ("昌吉市城市管理行政执法局", "在编"): 11,
        }

    def test_almost_80_percent_are_at_the_front_line_with_auxiliaries_or_without(
        self, city: tuple[Path, SimulationTruth]
    ) -> None:
        everybody = _serving(city[0])
        for group in (everybody, [row for row in everybody if row["人员类别"] == "在编"]):
            assert 0.75 <= sum(row["是否一线"] == "是" for row in group) / len(group) <= 0.80

    def test_the_register_tells_the_history_of_the_introduction(self, city: tuple[Path, SimulationTruth]) -> None:
        rows = _book(city[0] / "personnel/机构登记.xlsx")
        founded = {row["机构代码"]: _day(row["成立日期"]) for row in rows if row["登记事项"] == "组建"}
        assert (founded["CGDD"] or AS_OF).year == 2003
        assert (founded["CG"] or AS_OF).year == 2011
        plans = {
            row["机构代码"]: (_day(row["批准日期"]), row["机构规格"]) for row in rows if row["登记事项"] == "三定方案"
        }
        assert plans == {"CG": (date(2012, 8, 21), "正科级"), "CGDD": (date(2012, 8, 21), "副科级")}
        assert sum(row["机构性质"] == "派驻中队" for row in rows) == 8

    def test_the_streets_add_up_to_the_city_of_600000_people_on_60_km2(
        self, city: tuple[Path, SimulationTruth]
    ) -> None:
        rows = [row for row in _text(city[0] / "statistics/城市统计.csv") if row["年度"] == "2017"]
        whole = [row for row in rows if not row["街道（乡镇）"]]
        assert [(row["总人口（人）"], Decimal(str(row["建成区面积（平方公里）"]))) for row in whole] == [
            ("600000", Decimal(60))
        ]
        for column in ("总人口（人）", "建成区面积（平方公里）"):
            assert sum(Decimal(str(row[column])) for row in rows) == 2 * Decimal(str(whole[0][column]))


class TestWhoServes:
    def test_the_officers_of_cases_serve_throughout(self, staff: list[Member]) -> None:
        for squad in (f"ZD{n:02d}" for n in range(1, 9)):
            known = {member.name: member for member in staff if member.squad == squad}
            for n in range(7):
                officer = known[people.officer(squad, n)]
                assert (officer.kind, officer.left) == ("在编", None) and officer.joined < date(2011, 1, 1)
            for n in range(6):
                assert known[people.auxiliary(squad, n)].joined <= date(2011, 1, 1)

    def test_nobody_serves_twice_at_once_and_the_team_changes(self, staff: list[Member]) -> None:
        days = [date(2012, 1, 1) + timedelta(days=97 * n) for n in range(60)]
        for day in days:
            names = [member.name for member in staff if member.serves_on(day)]
            assert len(names) == len(set(names))
        assert len({frozenset(member.name for member in staff if member.serves_on(day)) for day in days}) > 20

    def test_auxiliaries_are_never_more_than_posts(self, staff: list[Member]) -> None:
        for n in range(100):
            day = date(2012, 9, 1) + timedelta(days=30 * n)
            assert sum(member.kind == "协管员" and member.serves_on(day) for member in staff) <= 83

    def test_a_later_day_does_not_change_the_team_of_an_earlier_one(self, tmp_path: Path) -> None:
        simulate(tmp_path / "one", cases=60)
        simulate(tmp_path / "other", cases=60, as_of=date(2019, 5, 1))
        before = {str(row["人员编号"]): row for row in _book(tmp_path / "one/personnel/人员花名册.xlsx")}
        after = {str(row["人员编号"]): row for row in _book(tmp_path / "other/personnel/人员花名册.xlsx")}
        assert before.keys() < after.keys()
        for number, row in before.items():
            left = _day(after[number]["离岗日期"])
            assert row == after[number] | ({"离岗日期": None} if left and left > AS_OF else {})
        for name in ("duty/勤务排班_2016.xlsx", "training/培训考核_2016.csv"):
            assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "other" / name).read_bytes()


class TestService:
    def test_the_rows_written_are_the_rows_in_the_files(self, city: tuple[Path, SimulationTruth]) -> None:
        inbox, truth = city
        lines = {
            "duty_roster": sum(1 for _ in _shifts(inbox)),
            "joint_operations": len(_book(inbox / "duty/联合执法台账.xlsx")),
            "staff": len(_book(inbox / "personnel/人员花名册.xlsx")),
            "training_records": sum(len(_text(path)) for path in (inbox / "training").iterdir()),
        }
        assert lines == {name: truth.feeds[name].rows_written for name in lines}
        for name in FEEDS:
            feed = truth.feeds[name]
            assert feed.rows_written == feed.rows_valid + feed.rows_quarantined
            assert feed.rows_quarantined == sum(feed.quarantined_by_rule.values()) == len(feed.faults)

    def test_the_four_departments_of_the_report_take_part(self, city: tuple[Path, SimulationTruth]) -> None:
        rows = _book(city[0] / "duty/联合执法台账.xlsx")
        partners = Counter(name for row in rows for name in (row["参与单位"] or "").split("、"))
        for name in ("工商行政管理局", "公安局", "食品药品监督管理局", "环境保护局"):
            assert partners[name] > 0
        assert any((row["参与单位"] or "").count("、") > 1 for row in rows), "several in one cell"

    def test_conduct_is_assessed_by_four_standards(self, city: tuple[Path, SimulationTruth]) -> None:
        rows = [row for path in sorted((city[0] / "training").iterdir()) for row in _text(path)]
        assert {row["考核标准"] for row in rows if row["类别"] == "作风考核"} == {
            "政治强",
            "纪律严",
            "业务精",
            "作风正",
        }

    def test_each_purpose_and_mode_comes_up_and_some_serve_away_from_home(
        self, city: tuple[Path, SimulationTruth]
    ) -> None:
        rows = list(_shifts(city[0]))
        assert {"日常管理", "专项整治", "联合执法", "维稳执勤"} <= {row["勤务类别"] for row in rows}
        assert {row["勤务方式"] for row in rows} == {"车辆巡查", "徒步巡查", "卡点值守"}
        assert city[1].feeds["duty_roster"].notes["away_from_home"] > 0

    def test_all_names_are_recognisably_invented(self, city: tuple[Path, SimulationTruth]) -> None:
        names = {str(row["姓名"]) for row in _book(city[0] / "personnel/人员花名册.xlsx")}
        names |= {str(row["姓名"]) for path in (city[0] / "training").iterdir() for row in _text(path) if row["姓名"]}
        assert all(name.startswith("虚构") for name in names)
