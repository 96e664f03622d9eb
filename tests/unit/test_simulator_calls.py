"""The simulated call centre, recounted from the files that it wrote, beside the tickets of the same lines."""

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import fastexcel
import pytest

from pipelines.simulator import SimulationTruth, simulate

Record = dict[str, str | None]
City = tuple[Path, SimulationTruth]
OLD = {"序号": "日报编号", "统计日期": "日期", "中继": "热线", "转人工数": "呼入量（转人工）", "应答数": "接通量"} | {
    "15秒应答数": "15秒内接通量", "呼损数": "放弃量", "平均振铃秒": "平均等待（秒）", "平均通话秒": "平均通话（秒）",
}  # fmt: skip
LINES = {"12319热线": "12319", "12319": "12319", "举报电话": "phone", "电话": "phone"}


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    """A city of a tenth of the default size."""
    inbox = tmp_path_factory.mktemp("inbox")
    return inbox, simulate(inbox, cases=1_300)


def _rows(folder: Path) -> list[Record]:
    found: list[Record] = []
    for path in sorted(folder.iterdir()):
        if path.suffix == ".csv":
            with path.open(encoding="gb18030", newline="") as stream:
                found += [
                    {OLD.get(name, name): cell or None for name, cell in row.items()} for row in csv.DictReader(stream)
                ]
        else:
            found += fastexcel.read_excel(path).load_sheet(0, dtypes="string").to_polars().to_dicts()
    return found


def _reports(inbox: Path) -> dict[str, Record]:
    """The reports by number, neither totals nor those with a slip."""
    numbered = {str(row["日报编号"]): row for row in _rows(inbox / "calls")}
    return {number: row for number, row in numbered.items() if number.startswith("HW") and "E" not in number}


def _day_and_line(day: str | None, line: str | None) -> tuple[str, str]:
    return (day or "")[:10].replace("/", "-"), LINES[line or ""]


def test_every_ticket_by_telephone_is_an_answered_call_of_its_day_and_line(city: City) -> None:
    tickets: dict[str, tuple[str, str]] = {}
    for row in _rows(city[0] / "hotline"):
        number, line = row.get("工单编号") or row.get("工单号"), row.get("来源渠道") or row.get("热线")
        accepted = row.get("受理时间") or row.get("来电时间")
        # A stray's number ends in 90 and more; it copies a ticket, with a slip.
        if (
            number
            and int(number[-4:]) < 9000
            and line in LINES
            and (accepted or "")[:4].isdigit()
            and "02-30" not in (accepted or "")
        ):
            tickets[number] = _day_and_line(accepted, line)
    answered = {_day_and_line(row["日期"], row["热线"]): int(row["接通量"] or 0) for row in _reports(city[0]).values()}
    assert len(tickets) > 100
    assert [key for key, count in Counter(tickets.values()).items() if count > answered.get(key, 0)] == []


def test_parts_are_no_more_than_the_whole(city: City) -> None:
    for row in _reports(city[0]).values():
        offered, answered, lost = (int(row[name] or 0) for name in ("呼入量（转人工）", "接通量", "放弃量"))
        assert offered == answered + lost
        assert int(row["15秒内接通量"] or 0) <= answered


def test_the_old_switchboard_did_not_time_the_bureaus_own_telephone(city: City) -> None:
    untimed = {
        (row["热线"], (row["日期"] or "")[:4]) for row in _reports(city[0]).values() if row["15秒内接通量"] is None
    }
    assert untimed == {("电话", year) for year in ("2011", "2012", "2013")}


def test_the_total_at_the_end_of_a_year_is_the_sum_of_its_days(city: City) -> None:
    path = city[0] / "calls/话务日报_2016.xlsx"
    rows = fastexcel.read_excel(path).load_sheet(0, dtypes="string").to_polars().to_dicts()
    days = {row["日报编号"]: row for row in rows[:-1] if "E" not in row["日报编号"]}
    assert rows[-1]["日报编号"] == "合计"
    assert int(rows[-1]["呼入量（转人工）"]) == sum(int(row["呼入量（转人工）"]) for row in days.values())


def test_the_rows_written_are_the_rows_in_the_files(city: City) -> None:
    truth = city[1].feeds["hotline_calls"]
    rows = [row for row in _rows(city[0] / "calls") if row["日报编号"] != "合计"]
    assert len(rows) == truth.rows_written == truth.rows_valid + truth.rows_quarantined
    assert len(_reports(city[0])) == truth.valid_records
    assert truth.rows_quarantined == sum(truth.quarantined_by_rule.values()) == len(truth.faults) == 10
    assert truth.exact_duplicates > 0


def test_an_earlier_day_is_the_past_of_a_later_one(city: City, tmp_path: Path) -> None:
    simulate(tmp_path, cases=1_300, as_of=date(2016, 6, 30))
    before, after = _reports(tmp_path), _reports(city[0])
    assert 100 < len(before) < len(after)
    assert before == {number: after[number] for number in before}
