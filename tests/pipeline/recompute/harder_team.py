"""Makes the simulated team harder: what its files hardly ever have, but a squad, a month or a partner depends on.

Belongs here: further files of its feeds in an inbox, and `afterwards` corrections that only a later night finds.
"""

from pathlib import Path
from typing import Any

from pipelines.simulator.duty import COLUMNS as DUTY
from pipelines.simulator.joint_operations import COLUMNS as OPERATIONS
from pipelines.simulator.staff import COLUMNS as STAFF
from pipelines.simulator.training import COLUMNS as TRAINING
from pipelines.simulator.workbooks import write_text, write_workbook

#: Streets that changed hands, their neighbours, and none.
STREETS = ("绿洲路街道", "大西渠镇", "国家农业科技园区", None)
SQUADS = ("宁边路中队", None, "六工镇中队")
PARTNERS = (
    "公安局、工商行政管理局、公安局",
    "GAJ；HBJ ， 环境保护局",
    "某某公司、另一家公司",
    None,
    "昌吉市城市管理行政执法局，公安局",
    " 、 ",
)
BRIGADE = "昌吉市城市管理综合执法大队"


def make_team_harder(inbox: Path, *, afterwards: bool) -> None:
    """Writes the files."""
    days = ["2014-06-30", "2014-07-01", "2015-12-31", "2016-01-01", "2017-09-25"]
    shifts: list[dict[str, Any]] = [
        {
            "roster_no": f"补排{n}", "on_duty_on": days[n % 5], "squad_id": SQUADS[n % 3], "home_squad_id": SQUADS[n // 3 % 3],
            "purpose": ("日常管理", "维稳", "重要节点保障", "专项整治")[n // 5 % 4], "street_code": STREETS[n // 2 % 4],
            "duty_hours": f"{n}.{n:02d}",
        }
        for n in range(60)
    ]  # fmt: skip
    operations: list[dict[str, Any]] = [
        {
            "operation_no": f"补联{n}", "operated_on": days[n % 5], "lead_org": ("昌吉市城市管理行政执法局", "公安局")[n % 2],
            "partner_orgs": PARTNERS[n % 6], "squad_id": SQUADS[n // 2 % 3], "street_code": STREETS[n // 3 % 4],
            "findings": n if n % 4 else None, "is_key_date": ("是", "否", None)[n % 3],
        }
        for n in range(48)
    ]  # fmt: skip
    # People who change squad, come back, or join and leave on the last day of a month.
    terms = [
        ("2012-01-31", "2012-02-29"),
        ("2012-02-29", "2014-03-01"),
        ("2014-05-01", None),
        ("2016-04-30", "2016-04-30"),
    ]
    roll: list[dict[str, Any]] = [
        {
            "staff_no": f"补员{n}", "staff_name": f"虚构补甲{n // 4}", "org_id": BRIGADE, "squad_id": SQUADS[n % 3],
            "staff_type": ("在编", "协管员")[n // 4 % 2], "is_frontline": ("是", None, "否")[n // 2 % 3],
            "joined_on": terms[n % 4][0], "left_on": terms[n % 4][1],
        }
        for n in range(24)
    ]  # fmt: skip
    taken = ["2012-01-30", "2012-02-28", "2012-02-29", "2014-03-01", "2016-04-30", "2017-09-25"]
    records: list[dict[str, Any]] = [
        {
            "record_no": f"补培{n:03d}", "session_no": f"补班{n // 9}" if n % 7 else None, "staff_name": f"虚构补甲{n % 8}",
            "held_on": taken[n % 6], "kind": ("业务培训", "业务考试", "作风考核")[n % 3], "hours": f"{n % 5}.25" if n % 4 else None,
            "is_passed": ("是", None, "否", "是")[n % 4],
        }
        for n in range(72)
    ]  # fmt: skip
    _book(inbox / "duty/勤务排班_补录.xlsx", DUTY, shifts)
    _book(inbox / "duty/联合执法台账_补录.xlsx", OPERATIONS, operations)
    _book(inbox / "personnel/人员花名册_补录.xlsx", STAFF, roll)
    write_text(inbox / "training/培训考核_补录.csv", list(TRAINING.values()), _lines(TRAINING, records))
    if afterwards:
        _book(inbox / "duty/勤务排班_更正.xlsx", DUTY, [row | {"street_code": STREETS[1]} for row in shifts[::7]])
        partners = [row | {"partner_orgs": PARTNERS[0]} for row in operations[::5]]
        _book(inbox / "duty/联合执法台账_更正.xlsx", OPERATIONS, partners)
        _book(inbox / "personnel/人员花名册_更正.xlsx", STAFF, [row | {"left_on": "2017-09-21"} for row in roll[2::4]])


def _lines(columns: dict[str, str], rows: list[dict[str, Any]]) -> list[list[Any]]:
    return [[row.get(field) for field in columns] for row in rows]


def _book(path: Path, columns: dict[str, str], rows: list[dict[str, Any]]) -> None:
    write_workbook(path, "补录", [["补录"], list(columns.values()), *_lines(columns, rows)])
