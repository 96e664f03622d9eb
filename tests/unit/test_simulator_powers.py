"""The simulated registers of powers and the police's video clues, recounted from the files they were written to."""

import csv
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import fastexcel
import pytest

from pipelines.settings import PROJECT_ROOT
from pipelines.simulator import SimulationTruth, simulate

Record = dict[str, str | None]
AS_OF = date(2017, 9, 25)
ROLES = {"属地", "行业", "协调", "执法", "监管"}
FINDINGS = {"梳理不规范", "划分不准确", "梳理不全面", "责任事项缺失"}


def register(inbox: Path, name: str) -> list[Record]:
    """The records of a register: title in the first row, headers in the second, a note at the end."""
    frame = fastexcel.read_excel(inbox / "powers" / name).load_sheet(0, header_row=None, dtypes="string").to_polars()
    headers = [str(cell) for cell in frame.row(1)]
    return [dict(zip(headers, row, strict=True)) for row in frame[2:-1].iter_rows()]


def clues(inbox: Path) -> list[Record]:
    found: list[Record] = []
    for path in sorted((inbox / "video").glob("*.csv")):
        with path.open(encoding="gb18030", newline="") as stream:
            found += csv.DictReader(stream)
    return found


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SimulationTruth]:
    """A city of a fiftieth of the default size; registers do not shrink with it."""
    inbox = tmp_path_factory.mktemp("inbox")
    return inbox, simulate(inbox, cases=260)


@pytest.fixture(scope="module")
def items(city: tuple[Path, SimulationTruth]) -> list[Record]:
    """Items in force on the day of the report."""
    return [row for row in register(city[0], "权责清单.xlsx") if row["状态"] == "有效"]


class TestTheList:
    def test_89_items_in_9_major_items(self, items: list[Record]) -> None:
        # 赋予城市管理行政执法局9大项89小项管理职责
        assert len({row["事项编码"] for row in items}) == len(items) == 89
        assert len({row["所属大项"] for row in items}) == 9

    def test_9_categories_with_12_items_of_penalty_power(self, items: list[Record]) -> None:
        # 9类12项的全部或部分行政处罚权，以及市委、市人民政府交办的其他工作
        penalties = [row for row in items if row["权力类型"] == "行政处罚"]
        assert len({row["所属领域"] for row in penalties}) == 9
        assert len({row["处罚权分项"] for row in penalties}) == 12
        assert {row["全部/部分"] for row in penalties} == {"全部", "部分"}
        assert "市委市政府交办的其他工作" in {row["所属领域"] for row in items}

    def test_each_says_its_basis_duties_and_what_one_is_held_to_account_for(self, items: list[Record]) -> None:
        assert all(row["实施依据"] and row["责任事项"] and row["追责情形"] and row["公示日期"] for row in items)

    def test_who_approves_supervises_and_has_a_rule_for_it(self, items: list[Record]) -> None:
        approved = [row for row in items if row["审批部门"]]
        assert approved
        assert all(row["监管部门"] == row["审批部门"] and row["监管办法"] for row in approved)

    def test_a_class_has_one_penalty_item_at_most(self, items: list[Record]) -> None:
        classes = [
            code
            for row in items
            if row["权力类型"] == "行政处罚"
            for code in (row["对应事件类别"] or "").split("、")
            if code
        ]
        assert len(classes) == len(set(classes)) > 40

    def test_it_changes_after_the_report_and_keeps_what_it_was(self, tmp_path: Path) -> None:
        simulate(tmp_path, cases=5, as_of=date(2018, 12, 31))
        assert sum(row["状态"] == "有效" for row in register(tmp_path, "权责清单.xlsx")) == 90

    def test_before_its_publication_there_is_none(self, tmp_path: Path) -> None:
        truth = simulate(tmp_path, cases=5, as_of=date(2015, 8, 1))
        assert not (tmp_path / "powers/权责清单.xlsx").exists()
        assert truth.feeds["power_items"].rows_written == 0
        rounds = {row["轮次"] for row in register(tmp_path, "三报三审记录.xlsx")}
        assert rounds == {"1", "2"}


class TestTheCodesInTheCaseFiles:
    @staticmethod
    def cases(inbox: Path, year: int) -> list[Record]:
        book = inbox / f"case_files/行政处罚案件_{year}.xlsx"
        frame = fastexcel.read_excel(book).load_sheet(0, dtypes="string").to_polars()
        return [row for row in frame.to_dicts() if row["案件编号"]]

    def test_files_from_before_the_list_have_no_column_for_them(self, city: tuple[Path, SimulationTruth]) -> None:
        assert "权力事项编码" not in self.cases(city[0], 2015)[0]
        assert "权力事项编码" in self.cases(city[0], 2016)[0]

    def test_a_code_is_a_penalty_item_of_what_the_cause_says(
        self, city: tuple[Path, SimulationTruth], items: list[Record]
    ) -> None:
        with (PROJECT_ROOT / "cities/changji/reference/event_classes.csv").open(encoding="utf-8") as stream:
            names = {row["class_code"]: row["name_zh"] for row in csv.DictReader(stream) if row["category"] == "event"}
        penalties = {
            str(row["事项编码"]).replace("QZ0", "QZ").replace("QZ0", "QZ"): row
            for row in items
            if row["权力类型"] == "行政处罚"
        }
        cases = self.cases(city[0], 2016) + self.cases(city[0], 2017)
        coded = [row for row in cases if row["权力事项编码"]]
        assert len(cases) > len(coded) > len(cases) * 0.8
        for row in coded:
            item = penalties[str(row["权力事项编码"]).replace("QZ0", "QZ").replace("QZ0", "QZ")]
            of_group = [one for one in penalties.values() if one["处罚权分项"] == item["处罚权分项"]]
            classes = {names[code] for one in of_group for code in (one["对应事件类别"] or "").split("、") if code}
            assert any(name in str(row["处罚事由\n（必填）"]) for name in classes), row["案件编号"]


class TestTheReviews:
    def test_every_item_goes_through_three_rounds(
        self, city: tuple[Path, SimulationTruth], items: list[Record]
    ) -> None:
        rounds = {(row["事项编码"], row["轮次"]) for row in register(city[0], "三报三审记录.xlsx")}
        assert {(row["事项编码"], n) for row in items for n in "123"} <= rounds

    def test_all_four_kinds_of_finding_are_made_and_all_are_put_right(self, city: tuple[Path, SimulationTruth]) -> None:
        found = [row for row in register(city[0], "三报三审记录.xlsx") if row["问题类型"] != "无"]
        assert {row["问题类型"] for row in found} == FINDINGS
        assert {row["是否整改"] for row in found} == {"是"}
        assert {"相关单位", "专家", "学者"} <= {row["评审方"] for row in found}


class TestTheMatrix:
    def test_it_has_the_five_roles(self, city: tuple[Path, SimulationTruth]) -> None:
        assert {row["责任类型"] for row in register(city[0], "职责分工.xlsx")} == ROLES

    def test_no_class_has_two_primary_units_in_a_street_at_once(self, city: tuple[Path, SimulationTruth]) -> None:
        primary = [row for row in register(city[0], "职责分工.xlsx") if row["是否主责"] == "是" and not row["终止日期"]]
        places = [(row["类型"], row["类别代码"], row["街道（乡镇）"]) for row in primary]
        assert len(places) == len(set(places))
        wide = {(kind, code) for kind, code, street in places if street is None}
        assert not [place for place in places if place[2] and place[:2] in wide]


class TestTheClues:
    def test_those_that_became_a_case_name_one_that_is_there(self, city: tuple[Path, SimulationTruth]) -> None:
        named = {row["数字城管案卷号"] for row in clues(city[0])} - {"", None}
        with closing(sqlite3.connect(city[0] / "platform/platform.sqlite")) as connection:
            known = {str(n) for (n,) in connection.execute("select task_num from t_case where event_src_id = '4'")}
        assert named
        assert named <= known

    def test_the_rows_written_are_the_rows_in_the_files(self, city: tuple[Path, SimulationTruth]) -> None:
        truth = city[1].feeds["video_clues"]
        assert len(clues(city[0])) == truth.rows_written == truth.rows_valid + truth.rows_quarantined
        assert truth.rows_quarantined == sum(truth.quarantined_by_rule.values()) == len(truth.faults) > 0
        assert truth.exact_duplicates > 0

    def test_an_earlier_day_is_the_past_of_a_later_one(
        self, city: tuple[Path, SimulationTruth], tmp_path: Path
    ) -> None:
        simulate(tmp_path, cases=260, as_of=date(2017, 11, 30))
        before, after = ({row["线索编号"] for row in clues(inbox)} for inbox in (city[0], tmp_path))
        assert before < after
