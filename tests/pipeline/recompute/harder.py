"""Makes a simulated world harder: what the simulator's platform hardly ever has, but a time limit or a squad depends on.

Belongs here: edits of the sources in an inbox, after `simulate` and before the night, the same ones for the same case each time; and
`afterwards` those that only a later night finds: steps and corrections that arrive when their case has been counted already.
"""

import sqlite3
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pipelines.simulator.calls import NEW as CALLS
from pipelines.simulator.workbooks import write_workbook
from tests.pipeline.recompute.close_calls import close_calls
from tests.pipeline.recompute.harder_team import make_team_harder

#: Cases that were closed long before the first night; the simulator leaves those alone from then on.
SETTLED = "2017-08-01"
LATER = "2017-09-22 12:00:00"
FORM = "%Y-%m-%d %H:%M:%S"
HOUR = timedelta(hours=1)
TIMES = ("create_time", "accept_time", "inst_time", "dispatch_time", "dispose_time", "check_time", "archive_time")
#: Streets that changed hands.
MOVED_STREETS = ("652301006", "652301104")

Row = dict[str, Any]


def make_harder(inbox: Path, *, afterwards: bool = False) -> None:
    """Edits the sources in the inbox."""
    platform = sqlite3.connect(inbox / "platform/platform.sqlite")
    with platform:
        platform.row_factory = sqlite3.Row
        found = platform.execute(
            "select * from t_case where archive_time < ? and inst_time is not null and dispose_time is not null "
            "and dispatch_time is not null and cast(rec_id as integer) < 9000000 order by cast(rec_id as integer)",
            (SETTLED,),
        ).fetchall()
        for number, case in enumerate(map(dict, found)):
            key = case["rec_id"]
            steps = _steps(case, number)
            _edit(case, number)
            if afterwards:
                _edit_afterwards(case, steps, number)
            platform.execute(
                f"update t_case set {', '.join(f'{name} = :{name}' for name in case)} where rec_id = :rec_id", case
            )
            if number % 11 == 0 or number % 13 == 0:
                platform.execute("delete from t_case_flow where rec_id = ? and node_code > '3'", (key,))
            for at, (action, when, updated) in enumerate(steps):
                platform.execute(
                    "insert into t_case_flow (flow_id, rec_id, node_code, operate_type, operate_time, update_time) "
                    "values (?, ?, '4', ?, ?, ?)",
                    (f"{key}-H{at}", key, action, when.strftime(FORM), updated),
                )
        close_calls(platform)
    platform.close()
    _write_ledgers(inbox, afterwards)
    _write_calls(inbox / "calls", afterwards)
    make_team_harder(inbox, afterwards=afterwards)


def _edit(case: Row, number: int) -> None:
    _edit_limit(case, number)
    _edit_times(case, number)
    _edit_state(case, number)
    if number % 10 == 0:
        case["street_id"] = MOVED_STREETS[number // 10 % 2]
    if number % 23 == 0:
        case["rework_num"] = None


def _edit_limit(case: Row, number: int) -> None:
    """Limits that are missing, missing in part, or no whole numbers."""
    if number % 5 in (0, 1):
        case["limit_type"] = None
    if number % 5 in (0, 2):
        case["dispose_limit"] = None
    elif number % 7 == 0:
        case["dispose_limit"] = (0.5, 1.25, 2.5, 7.75)[number % 4]
    if number % 6 == 0:
        case["limit_type"] = "JGRZ"[number // 6 % 4]


def _edit_times(case: Row, number: int) -> None:
    """Handling that takes long, and cases around a National Day holiday and its make-up workdays."""
    if number % 3 == 0:
        for name in ("dispose_time", "check_time", "archive_time"):
            _move(case, name, number * 37 % 120 * HOUR)
    if number % 9 < 2:
        dispatched = datetime.strptime(case["dispatch_time"], FORM)
        holiday = datetime(dispatched.year - 1, 9, 28) + timedelta(days=number // 9 % 13)
        for name in TIMES:
            _move(case, name, timedelta(days=(holiday - dispatched).days))


def _edit_state(case: Row, number: int) -> None:
    """Cases that are open, cancelled, never filed or never dispatched."""
    if number % 11 == 0:
        case |= {"archive_time": None, "check_time": None, "dispose_time": None, "act_status": "41"}
    elif number % 13 == 0:
        case |= {"archive_time": None, "act_status": "90"}
    elif number % 17 == 0:
        case["inst_time"] = None
    elif number % 19 == 0:
        case["dispatch_time"] = None


def _steps(case: Row, number: int) -> list[tuple[str, datetime, str]]:
    """Suspensions of all sorts, and the end of cancelled cases: (action, when, the source's version)."""
    start, version = datetime.strptime(case["dispatch_time"], FORM), case["update_time"]
    steps: list[tuple[str, datetime]] = []
    if number % 22 == 0:
        # Suspended for good: soon after dispatch, or when it was late already.
        steps.append(("GZ", start + (HOUR / 4 if number % 44 else 60 * 24 * HOUR)))
    elif number % 4 == 0:
        begin = start + number // 4 % 5 * 3 * HOUR - HOUR
        steps += [("GZ", begin), ("HF", begin + (4 + number % 50) * HOUR)]
    if number % 8 == 0:
        begin = start + (2 + number % 70) * HOUR
        steps += [("GZ", begin), ("HF", begin + 7 * HOUR)]
    if number % 26 == 0:
        steps += [("GZ", start + HOUR), ("ZF", start + 3 * HOUR)]
    return [(action, when, version) for action, when in steps]


def _edit_afterwards(case: Row, steps: list[tuple[str, datetime, str]], number: int) -> None:
    """What only a later night knows: a resumption, a longer suspension, a cancellation taken back, another limit, another street."""
    start = datetime.strptime(case["create_time"], FORM)
    if number % 22 == 0:
        steps.append(("HF", datetime(2017, 9, 22, 11), LATER))
    elif number % 12 == 0 and steps:
        steps[1] = ("HF", steps[1][1] + 30 * HOUR, LATER)
    elif number % 7 == 0:
        steps += [("GZ", start + HOUR, LATER), ("HF", start + 40 * HOUR, LATER)]
    if number % 39 == 0:
        case |= {"act_status": "41", "update_time": LATER}
    if number % 14 == 0:
        case |= {"dispose_limit": 3, "limit_type": "JGRZ"[number // 14 % 4], "update_time": LATER}
    if number % 15 == 0:
        case |= {"street_id": MOVED_STREETS[number // 15 % 2], "update_time": LATER}


def _move(case: Row, name: str, by: timedelta) -> None:
    if case[name] is not None:
        case[name] = (datetime.strptime(case[name], FORM) + by).strftime(FORM)


def _write_ledgers(inbox: Path, afterwards: bool) -> None:
    """Demolitions that name no street, some of no known building; afterwards corrections of both ledgers."""
    folder = inbox / "case_files"
    streets = ("绿洲路街道", "大西渠镇", "宁边路街道")
    found = [
        (f"补违建{n}", streets[n % 3], "城中村", "新增", f"{2013 + n % 4}年{n % 12 + 1}月{n + 1}日") for n in range(24)
    ]
    torn = [
        (f"补拆{n}", f"补违建{n}", streets[n % 3] if n % 4 == 0 else None, 41_500 + 50 * n, f"1,{n:03d}.{n:02d}")
        for n in range(27)
    ]
    _write_buildings(folder / "违法建设台账_补录.xlsx", found)
    write_demolitions(folder / "拆除台账_补录.xlsx", torn)
    if afterwards:
        corrected = [(key, streets[(n + 1) % 3], "乡镇村庄", kind, on) for n, (key, _, _, kind, on) in enumerate(found)]
        _write_buildings(folder / "违法建设台账_更正.xlsx", corrected[::2])
        write_demolitions(folder / "拆除台账_更正.xlsx", [(*row[:4], "88.80") for row in torn[::5]])


def _write_buildings(path: Path, rows: list[tuple[Any, ...]]) -> None:
    header = ("违建编号", "位置/街道（乡镇）", "区域类型", "存量/新增", "日期/发现日期")
    write_workbook(path, "违建台账", [("违法建设台账",), (), header, (), *rows])


def write_demolitions(path: Path, rows: list[tuple[Any, ...]]) -> None:
    header = ("拆除编号", "违建编号", "街道（乡镇）", "拆除情况/拆除日期", "拆除情况/拆除面积（平方米）")
    write_workbook(path, "拆除台账", [("拆除台账",), (), header, (), *rows])


def _write_calls(folder: Path, afterwards: bool) -> None:
    """Lines and days on which nobody was answered, and reports that lack the one count or the other; afterwards corrections."""
    rows: list[tuple[Any, ...]] = []
    for n in range(36):
        offered = n % 6 * 250
        answered = offered - n % 4 if offered else 0
        rows.append((
            f"补话{n}", f"2017-0{n % 9 + 1}-{n % 25 + 1:02d}", ("12345热线", "12319热线", "举报电话")[n % 3], f"{offered:,}", answered,
            max(0, answered - n) if n % 5 else None, offered - answered if n % 7 else None,
            f"{n}.{n:02d}" if n % 4 else None, f"1,{n:03d}.5" if n % 3 else None,
        ))  # fmt: skip
    write_workbook(folder / "话务日报_补录.xlsx", "话务日报", [list(CALLS.values()), *rows])
    if afterwards:
        corrected = [(*row[:5], 0, 0, *row[7:]) for row in rows[::5]]
        write_workbook(folder / "话务日报_更正.xlsx", "话务日报", [list(CALLS.values()), *corrected])
