"""The bureau's duties and registers as the simulator writes them, recounted from the files: the report's figures, and the trouble it owns up to.

Reads the files as any reader would and applies the rules in its own words, as `test_simulator` does for the great sources.
"""

import csv
import re
from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import fastexcel
import pytest

from pipelines.simulator import SimulationTruth, simulate

AS_OF = date(2017, 9, 25)
Record = dict[str, str | None]
City = tuple[Path, SimulationTruth]
TYPES = {
    "清理牌匾": "块",
    "流动摊点": "起",
    "店外经营": "起",
    "乱摆乱放": "起",
    "大型户外广告": "起",
    "违章占道停车": "起",
    "重型车辆驶入": "起",
}
ROOMS = ("enforcement_actions", "campaigns", "investments", "assets", "policy_documents", "systems", "data_exchanges")


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    """The demo city in its default size, made once."""
    inbox = tmp_path_factory.mktemp("inbox")
    return inbox, simulate(inbox)


def _sheet(path: Path, header_row: int, sheet: int = 0) -> list[Record]:
    frame = fastexcel.read_excel(path).load_sheet(sheet, header_row=None, dtypes="string").to_polars()
    names = [re.sub(r"\s", "", cell or f"c{at}") for at, cell in enumerate(frame.row(header_row))]
    return [dict(zip(names, row, strict=True)) for row in frame[header_row + 1 :].iter_rows() if any(row)]


def _day(text: str | None) -> date | None:
    numbers = re.match(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})", text or "")
    try:
        return date(*map(int, numbers.groups())) if numbers else None
    except ValueError:
        return None


def _actions(inbox: Path) -> dict[str, Record]:
    """The last valid version of each entry, files in the order of their names."""
    entries: dict[str, Record] = {}
    for path in sorted((inbox / "duties").glob("日常执法台账_*.xlsx")):
        for row in _sheet(path, 2):
            day = _day(row["执法日期"])
            valid = (
                day is not None
                and day <= AS_OF
                and re.fullmatch(r"[1-9]\d*", row["数量"] or "") is not None
                and TYPES.get(row["执法类型"] or "") == row["单位"]
                and (row["街道（乡镇）"] or "").endswith(("街道", "镇", "开发区"))
                and row["执法中队"] != "九中队"
                and row["处理结果"] != "放行"
            )
            if valid:
                entries[str(row["台账编号"])] = row
    return entries


def test_daily_enforcement_adds_up_to_the_report_exactly(city: City) -> None:
    sums: dict[str, int] = defaultdict(int)
    for row in _actions(city[0]).values():
        assert (_day(row["执法日期"]) or date.min) >= date(2014, 1, 1)
        sums[str(row["执法类型"])] += int(row["数量"] or 0)
    assert sums["清理牌匾"] == 14188
    assert sums["流动摊点"] + sums["店外经营"] + sums["乱摆乱放"] == 38602
    assert sums["大型户外广告"] == 153
    assert sums["违章占道停车"] == 8366
    assert sums["重型车辆驶入"] == 1230


def test_an_entry_is_a_days_work_and_not_a_single_incident(city: City) -> None:
    entries = _actions(city[0])
    assert 17_000 < len(entries) < 21_000
    assert len(entries) == city[1].feeds["enforcement_actions"].valid_records


def test_all_kinds_of_signboard_and_both_ways_of_patrol_occur(city: City) -> None:
    entries = _actions(city[0]).values()
    assert {row["对象类别"] for row in entries if row["执法类型"] == "清理牌匾"} == {"店堂牌匾", "灯箱", "地名标牌"}
    assert {row["巡查方式"] for row in entries} == {"车辆巡查", "徒步细查", None}


def test_entries_of_a_campaign_fall_into_its_days(city: City) -> None:
    register = _sheet(city[0] / "duties/专项整治登记.xlsx", 1)
    days = {row["编号"]: (_day(row["开始日期"]), _day(row["结束日期"])) for row in register}
    named = [row for row in _actions(city[0]).values() if row["专项整治编号"]]
    assert len(named) > 500
    for row in named:
        first, last = days[row["专项整治编号"]]
        assert first and last and first <= (_day(row["执法日期"]) or date.max) <= last


def test_a_joint_operation_names_the_campaign_that_was_running_for_its_topic(city: City) -> None:
    topics = {
        "占道经营和流动摊点": "流动经营",
        "露天烧烤和油烟": "露天烧烤",
        "渣土运输和扬尘": "渣土运输",
        "户外广告": "户外广告牌匾",
    }
    register = _sheet(city[0] / "duties/专项整治登记.xlsx", 1)
    operations = [row for row in _sheet(city[0] / "duty/联合执法台账.xlsx", 1) if _day(row["行动日期"])]
    for row in operations:
        day, topic = _day(row["行动日期"]), topics.get((row["行动主题"] or "").removesuffix("联合整治"))
        running = {
            one["编号"]
            for one in register
            if one["整治主题"] == topic
            and (_day(one["开始日期"]) or date.max) <= (day or date.min) <= (_day(one["结束日期"]) or date.min)
        }
        assert {row["专项整治编号"]} == (running or {None}), row["行动编号"]
    assert sum(row["专项整治编号"] is not None for row in operations) > 5


def test_three_programmes_have_the_reports_amounts_each_by_itself(city: City) -> None:
    rows = [row for row in _sheet(city[0] / "registers/经费与装备.xlsx", 2) if row["支付编号"]]
    paid: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        paid[str(row["项目名称"])] += Decimal(str(row["金额（万元）"]))
        assert (_day(row["支付日期"]) or date.max) <= AS_OF
    assert paid["数字化城管系统"] == 1200
    assert paid["数字集群无线通信系统"] == 60
    assert 1200 <= paid["市容环境整治"] < 1300
    assert not [row for row in rows if str(row["序号"]).startswith("合计")]


def test_twenty_computers_stand_with_the_eight_squads(city: City) -> None:
    rows = [row for row in _sheet(city[0] / "registers/经费与装备.xlsx", 1, sheet=1) if row["装备类别"] == "电脑"]
    assert sum(int(row["数量"] or 0) for row in rows) == 20
    assert len({row["配发中队"] for row in rows}) == 8


def test_documents_and_systems_that_the_report_names_are_registered(city: City) -> None:
    documents = {row["名称"]: row for row in _sheet(city[0] / "registers/制度与系统登记.xlsx", 1)}
    for title in (
        "行政执法责任制", "执法人员业务培训与考核制", "罚缴分离制", "财务管理制度", "城市管理规章制度汇编", "城市管理行政执法实用法律法规汇编",
        "关于开展联合执法建立协调联动机制实施方案（试行）",
    ):  # fmt: skip
        assert title in documents
    report = documents["打造“六位一体”新格局 积极推动综合执法工作再上新台阶"]
    assert report["索引号"] == "CJS016/2021-000146"
    assert len(str(report["要点"]).split("；")) == 6
    systems = {row["名称"]: row for row in _sheet(city[0] / "registers/制度与系统登记.xlsx", 1, sheet=1)}
    assert str(systems["数字化城管系统"]["启用日期"]).startswith("2013-11")
    assert {"城管通", "微信", "公安监控", "数字化城管二级平台", "数字集群无线通信系统"} <= set(systems)


def test_the_truth_counts_what_is_in_the_files(city: City) -> None:
    inbox, truth = city
    for name in ROOMS:
        feed = truth.feeds[name]
        assert feed.rows_written == feed.rows_valid + feed.rows_quarantined
        assert feed.rows_quarantined == sum(feed.quarantined_by_rule.values()) == len(feed.faults)
    ledgers = sum(len(_sheet(path, 2)) for path in (inbox / "duties").glob("日常执法台账_*.xlsx"))
    actions = truth.feeds["enforcement_actions"]
    assert ledgers == actions.rows_written + actions.not_records["note"]
    money = truth.feeds["investments"]
    assert len(_sheet(inbox / "registers/经费与装备.xlsx", 2)) == money.rows_written + sum(money.not_records.values())
    exchanges = []
    for path in sorted((inbox / "registers").glob("数据交换登记_*.csv")):
        with path.open(encoding="gb18030", newline="") as stream:
            exchanges += list(csv.DictReader(stream))
    assert len(exchanges) == truth.feeds["data_exchanges"].rows_written
    twice = [number for number, times in Counter(row["交换编号"] for row in exchanges).items() if times > 1]
    assert len(twice) == truth.feeds["data_exchanges"].exact_duplicates


def test_trouble_of_the_daily_ledger_is_of_every_kind_and_put_right_in_later_years(city: City) -> None:
    feed = city[1].feeds["enforcement_actions"]
    assert set(feed.quarantined_by_rule) == {
        "bad_date", "missing_value", "in_the_future", "bad_number", "out_of_range", "unknown_code", "unit_mismatch",
    }  # fmt: skip
    assert (feed.corrections, feed.repairs, feed.exact_duplicates) == (30, 26, 40)


def test_a_later_day_changes_no_entry_of_an_earlier_one(tmp_path: Path) -> None:
    simulate(tmp_path / "one", cases=300)
    simulate(tmp_path / "other", cases=300, as_of=date(2017, 12, 31))
    before, after = _actions(tmp_path / "one"), _actions(tmp_path / "other")
    assert before and {key: after[key] for key in before} == before
    for name in ("经费与装备.xlsx", "制度与系统登记.xlsx"):
        first = _sheet(tmp_path / "one/registers" / name, 2)
        later = _sheet(tmp_path / "other/registers" / name, 2)
        assert {str(row) for row in first if row[next(iter(row))] and "小计" not in str(row)} <= {
            str(row) for row in later
        }
