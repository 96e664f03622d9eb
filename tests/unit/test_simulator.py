"""The simulated city, recounted from the sources it wrote: the report's figures, the trouble it owns up to, and its privacy.

Reads the files as any reader would (fastexcel, csv, sqlite3) and applies the rules in its own words; the truth file is believed in nothing
that can be counted.
"""

import csv
import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

import fastexcel
import pytest

from pipelines.errors import SetupError
from pipelines.simulator import SimulationTruth, people, simulate

AS_OF = date(2017, 9, 25)
Record = dict[str, str | None]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SimulationTruth]:
    """The demo city in its default size, made once."""
    inbox = tmp_path_factory.mktemp("inbox")
    return inbox, simulate(inbox)


def _workbook(path: Path, header_row: int, lower_row: int | None = None) -> list[Record]:
    frame = fastexcel.read_excel(path).load_sheet(0, header_row=None, dtypes="string").to_polars()
    names: list[str] = []
    for at, cell in enumerate(frame.row(header_row)):
        below = frame.row(lower_row)[at] if lower_row is not None else None
        names.append(re.sub(r"\s", "", below or cell or f"c{at}"))
    first = max(header_row, lower_row or 0) + 1
    return [dict(zip(names, row, strict=True)) for row in frame[first:].iter_rows() if any(row)]


def _query(inbox: Path, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(inbox / "platform/platform.sqlite")) as connection:
        return connection.execute(statement).fetchall()


def _day(text: str | None) -> date | None:
    """A date as a clerk may write it; None for what is not one."""
    numbers = re.match(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})", text or "")
    try:
        return date(*map(int, numbers.groups())) if numbers else None
    except ValueError:
        return None


def _penalties(inbox: Path) -> dict[str, Record]:
    """The last valid version of each penalty case, files in the order of their names."""
    cases: dict[str, Record] = {}
    for path in sorted((inbox / "case_files").glob("行政处罚案件_*.xlsx")):
        for row in _workbook(path, 0):
            rule_row = (row["行政处罚决定书文号（必填）"] or "").startswith("文本(")
            dates = [row[name] for name in row if name.endswith(("日期", "日期（必填）"))]
            read = [_day(cell) for cell in dates if cell]
            valid = (
                None not in read
                and all(day <= AS_OF for day in read if day)
                and row["处罚程序"] in ("一般程序", "简易程序")
                and row["立案日期"] is not None
                and (row["街道（乡镇）"] or "").endswith(("街道", "镇", "开发区"))
                and (row["办案中队"] or "").endswith("中队")
                and row["办案中队"] != "九中队"
                and re.fullmatch(r"[\d.]*", row["罚款金额（万元）"] or "") is not None
                and not (row["没收金额（万元）"] or "").startswith("-")
                and (_day(row["结案日期"]) or AS_OF) >= (_day(row["立案日期"]) or AS_OF)
            )
            if not rule_row and valid:
                cases[str(row["案件编号"])] = row
    return cases


def _tickets(inbox: Path) -> Iterator[Record]:
    for path in sorted((inbox / "hotline").iterdir()):
        if path.suffix == ".xlsx":
            yield from _workbook(path, 0)
        else:
            with path.open(encoding="gb18030", newline="") as stream:
                yield from csv.DictReader(stream)


class TestReportFigures:
    def test_1139_cases_of_illegal_building_stand_in_the_ledger(self, city: tuple[Path, SimulationTruth]) -> None:
        rows = _workbook(city[0] / "case_files/违法建设台账.xlsx", 2, 3)
        numbers = {
            row["违建编号"]
            for row in rows
            if row["区域类型"] in ("城中村", "城区") and "误" not in (row["违建编号"] or "误")
        }
        assert len(numbers) == 1139

    def test_no_new_building_was_found_in_the_last_two_years(self, city: tuple[Path, SimulationTruth]) -> None:
        rows = _workbook(city[0] / "case_files/违法建设台账.xlsx", 2, 3)
        found = [_day(row["发现日期"]) for row in rows if row["存量/新增"] == "新增"]
        assert found
        assert not [day for day in found if day and date(2015, 9, 25) <= day <= AS_OF]

    def test_the_demolished_area_is_exact_to_the_hundredth(self, city: tuple[Path, SimulationTruth]) -> None:
        rows = _workbook(city[0] / "case_files/拆除台账.xlsx", 2, 3)
        areas = {
            row["拆除编号"]: Decimal(str(row["拆除面积（平方米）"]))
            for row in rows
            if row["拆除编号"] and "误" not in row["拆除编号"]
        }
        assert sum(areas.values()) == Decimal("266443.27")

    def test_the_ledgers_own_total_agrees(self, city: tuple[Path, SimulationTruth]) -> None:
        rows = _workbook(city[0] / "case_files/拆除台账.xlsx", 2, 3)
        total = next(row for row in rows if row["序号"] == "合计")
        assert total["拆除面积（平方米）"] == "266443.27"

    def test_some_buildings_fall_in_several_demolitions_and_none_before_it_was_found(
        self, city: tuple[Path, SimulationTruth]
    ) -> None:
        found = {
            row["违建编号"]: _day(row["发现日期"])
            for row in _workbook(city[0] / "case_files/违法建设台账.xlsx", 2, 3)
            if "误" not in (row["违建编号"] or "误")
        }
        fallen = {
            row["拆除编号"]: (row["违建编号"], _day(row["拆除日期"]))
            for row in _workbook(city[0] / "case_files/拆除台账.xlsx", 2, 3)
            if row["拆除编号"] and "误" not in row["拆除编号"]
        }
        times = Counter(building for building, _ in fallen.values())
        assert max(times.values()) > 1
        for building, day in fallen.values():
            discovered = found[building]
            assert discovered is not None and day is not None and discovered <= day <= AS_OF

    def test_8166_general_cases_since_2012_are_all_closed(self, city: tuple[Path, SimulationTruth]) -> None:
        general = [
            row
            for row in _penalties(city[0]).values()
            if row["处罚程序"] == "一般程序" and (_day(row["立案日期"]) or AS_OF) >= date(2012, 1, 1)
        ]
        assert len(general) == 8166
        assert all((_day(row["结案日期"]) or date.max) <= AS_OF for row in general)

    def test_13127_platform_tasks_of_the_bureau_are_all_closed(self, city: tuple[Path, SimulationTruth]) -> None:
        # Strays have numbers of seven digits.
        tasks = _query(
            city[0],
            "select act_status, count(*) from t_case where dispose_unit_id like 'CG%' and act_status <> '90'"
            " and length(rec_id) < 7 group by 1",
        )
        assert sum(int(str(count)) for _, count in tasks) == 13127
        assert {status for status, _ in tasks} == {"61", "62"}

    def test_hotline_and_telephone_are_replied_to_and_closed(self, city: tuple[Path, SimulationTruth]) -> None:
        # Strays number from 9001 on; a broken ticket comes again, whole, in its correction.
        lines: dict[str, set[str]] = {"12319": set(), "DH": set()}
        whole: set[str] = set()
        for row in _tickets(city[0]):
            number = row.get("工单编号") or row.get("工单号") or ""
            if number and not number.split("-")[-1].startswith("9"):
                lines[number.split("-")[0]].add(number)
                if row["回复时间"] and row["办结时间"]:
                    whole.add(number)
        assert len(lines["12319"]) == 517
        assert len(lines["DH"]) == 638
        assert whole == lines["12319"] | lines["DH"]

    def test_the_truth_says_the_same(self, city: tuple[Path, SimulationTruth]) -> None:
        assert city[1].report == {
            "illegal_building_cases": 1139,
            "demolished_area_m2": "266443.27",
            "new_illegal_buildings_in_two_years": 0,
            "general_cases_since_2012": 8166,
            "general_cases_open": 0,
            "platform_tasks": 13127,
            "platform_tasks_open": 0,
            "hotline_12319": 517,
            "phone_reports": 638,
            "tickets_open": 0,
        }
        written = json.loads((city[0] / "simulated.json").read_text(encoding="utf-8"))
        assert written["report"] == city[1].report


class TestTrouble:
    def test_every_row_is_either_valid_or_refused(self, city: tuple[Path, SimulationTruth]) -> None:
        for truth in city[1].feeds.values():
            assert truth.rows_written == truth.rows_valid + truth.rows_quarantined
            assert truth.rows_quarantined == sum(truth.quarantined_by_rule.values()) == len(truth.faults)

    def test_the_rows_written_are_the_rows_in_the_sources(self, city: tuple[Path, SimulationTruth]) -> None:
        inbox, truth = city
        feeds = truth.feeds
        assert _query(inbox, "select count(*) from t_case") == [(feeds["platform_cases"].rows_written,)]
        assert _query(inbox, "select count(*) from t_case_flow") == [(feeds["platform_case_flow"].rows_written,)]
        assert sum(1 for _ in _tickets(inbox)) == feeds["hotline_tickets"].rows_written
        ledger = _workbook(inbox / "case_files/拆除台账.xlsx", 2, 3)
        skipped = sum(n for kind, n in feeds["demolitions"].not_records.items() if kind != "blank")
        assert len(ledger) == feeds["demolitions"].rows_written + skipped

    def test_each_rule_of_the_contract_is_broken_somewhere(self, city: tuple[Path, SimulationTruth]) -> None:
        rules = {rule for truth in city[1].feeds.values() for rule in truth.quarantined_by_rule}
        assert rules == {
            "missing_value", "bad_number", "bad_date", "time_missing", "unknown_code", "out_of_order", "in_the_future",
            "status_mismatch", "out_of_range", "unit_mismatch",
        }  # fmt: skip

    def test_duplicates_corrections_repairs_and_reopenings_exist(self, city: tuple[Path, SimulationTruth]) -> None:
        feeds = city[1].feeds
        assert feeds["platform_case_flow"].exact_duplicates == 40
        assert (feeds["hotline_tickets"].corrections, feeds["hotline_tickets"].repairs) == (18, 14)
        assert (feeds["penalty_cases"].corrections, feeds["penalty_cases"].repairs) == (36, 24)
        assert feeds["demolitions"].corrected_in_place == 11
        assert feeds["platform_cases"].reopened > 50

    def test_reopened_cases_show_it_in_their_flow(self, city: tuple[Path, SimulationTruth]) -> None:
        inbox, truth = city
        reopened = _query(inbox, "select count(distinct rec_id) from t_case_flow where operate_type = 'CQ'")
        assert reopened == [(truth.feeds["platform_cases"].reopened,)]

    def test_no_valid_case_with_a_continuous_limit_is_late_by_one_reading_and_in_time_by_another(
        self, city: tuple[Path, SimulationTruth]
    ) -> None:
        rows = _query(
            city[0],
            "select limit_type, dispose_limit, inst_time, dispatch_time, archive_time from t_case where limit_type in ('J', 'Z')"
            " and act_status in ('61', '62') and hang_num = 0 and length(rec_id) < 7",
        )
        assert len(rows) > 7000
        for unit, limit, filed, dispatched, closed in rows:
            hours = float(str(limit)) * (1 if unit == "J" else 24)
            start, from_dispatch, end = (datetime.fromisoformat(str(t)) for t in (filed, dispatched, closed))
            last = from_dispatch + timedelta(hours=hours)
            generous = last if unit == "J" else last.replace(hour=23, minute=59, second=59)
            assert (end <= start + timedelta(hours=hours)) == (end <= generous)

    def test_the_platform_cases_of_tickets_are_there_under_their_number(
        self, city: tuple[Path, SimulationTruth]
    ) -> None:
        known = {
            str(number) for (number,) in _query(city[0], "select task_num from t_case where event_src_id in ('2', '3')")
        }
        sent = {row.get("数字城管案卷号") or row.get("案卷号") for row in _tickets(city[0])} - {None, ""}
        assert len(sent) == city[1].feeds["hotline_tickets"].notes["sent_to_the_platform"]
        assert sent <= known

    def test_every_step_belongs_to_a_case_that_is_there(self, city: tuple[Path, SimulationTruth]) -> None:
        assert _query(city[0], "select count(*) from t_case_flow where rec_id not in (select rec_id from t_case)") == [
            (0,)
        ]


class TestPrivacy:
    def test_all_telephones_are_recognisably_invented(self, city: tuple[Path, SimulationTruth]) -> None:
        telephones = {str(t) for (t,) in _query(city[0], "select report_tel from t_case where report_tel is not null")}
        texts = " ".join(str(t) for (t,) in _query(city[0], "select event_desc from t_case"))
        for telephone in telephones | set(re.findall(r"(?<!\d)1[3-9]\d{9}(?!\d)", texts)):
            assert re.fullmatch(r"1790000\d{4}", telephone)

    def test_an_id_number_has_a_valid_check_digit_but_a_region_that_does_not_exist(self) -> None:
        number = people.id_number(Random(1))
        weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2, 1)
        assert sum((10 if c == "X" else int(c)) * w for c, w in zip(number, weights, strict=True)) % 11 == 1
        assert number.startswith("999999")

    def test_all_names_begin_with_a_word_for_invented(self, city: tuple[Path, SimulationTruth]) -> None:
        names = {
            str(n) for (n,) in _query(city[0], "select report_man from t_case union select operator from t_case_flow")
        }
        names |= {str(row["行政相对人名称（必填）"]) for row in _penalties(city[0]).values()}
        assert all(name.startswith(("测试", "虚构")) for name in names)

    def test_some_free_text_carries_personal_data_for_the_scrubber_to_find(
        self, city: tuple[Path, SimulationTruth]
    ) -> None:
        rows = _query(city[0], "select count(*) from t_case where event_desc like '%，%' and length(rec_id) < 7")
        assert rows == [(city[1].feeds["platform_cases"].notes["free_text_with_personal_data"],)]


class TestRefusals:
    def test_a_city_without_a_case_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(SetupError):
            simulate(tmp_path, cases=0)

    def test_a_day_before_the_city_begins_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(SetupError):
            simulate(tmp_path, as_of=date(2010, 12, 31))
