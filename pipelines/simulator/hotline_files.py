"""The hotline's exports: one file a month, by the month in which a ticket came in, and a correction export where one was needed.

Belongs here: what the files look like. A month is exported anew until its tickets are settled; from 2012-07 every third month or so was
exported by an older program, as CSV with other headers.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path

from pipelines.simulator.hotline import LINES, SETTLED_AFTER, Ticket
from pipelines.simulator.trouble import (
    Amounts,
    Cell,
    Row,
    Slip,
    Troubles,
    count_correction,
    draw_troubles,
    write_down,
)
from pipelines.simulator.truth import FeedTruth
from pipelines.simulator.workbooks import table, write_text, write_workbook
from pipelines.simulator.world import World

XLSX = {
    "ticket_id": "工单编号", "hotline": "来源渠道", "request_type": "诉求类型", "title": "标题", "content": "主要内容",
    "class_code": "分类代码", "caller_name": "来电人", "caller_phone": "来电号码", "address": "地址", "street_code": "街乡镇",
    "unit_code": "处理部门", "accepted_at": "受理时间", "is_answered_at_once": "是否直接答复", "responded_at": "首次联系时间", "due_at": "办理时限", "replied_at": "回复时间", "reply": "回复内容",
    "closed_at": "办结时间", "status": "工单状态", "revisited_on": "回访日期", "satisfaction": "是否满意", "solution": "是否解决", "platform_case_no": "数字城管案卷号",
}  # fmt: skip
CSV = XLSX | {
    "ticket_id": "工单号", "hotline": "热线", "content": "内容", "class_code": "类别代码", "caller_name": "姓名", "caller_phone": "联系电话",
    "address": "发生地点", "street_code": "街道", "unit_code": "承办单位", "accepted_at": "来电时间", "status": "状态",
    "satisfaction": "满意度", "platform_case_no": "案卷号",
}  # fmt: skip


def _before(row: Row) -> Cell:
    accepted = row["accepted_at"]
    return accepted - timedelta(days=2) if isinstance(accepted, datetime) else None


SLIPS = (
    Slip("accepted_at", "2016-02-30 10:05:00", "bad_date"),
    Slip("replied_at", "2015-06-31 16:20:00", "bad_date"),
    Slip("replied_at", "2016-03-05", "time_missing"),
    Slip("closed_at", _before, "out_of_order"),
    Slip("closed_at", datetime(2107, 5, 3, 11, 20), "in_the_future"),
    Slip("hotline", "微博", "unknown_code"),
    Slip("street_code", "宁边路", "unknown_code"),
    Slip("class_code", "9999", "unknown_code"),
    Slip("satisfaction", "一般般", "unknown_code"),
    Slip("accepted_at", None, "missing_value"),
    Slip("ticket_id", None, "missing_value"),
)
#: What a correction may mend in place: a key that is missing could never be found again.
MENDABLE = tuple(slip for slip in SLIPS if slip.field != "ticket_id")
MISTAKES = (
    Slip("request_type", lambda row: "建议" if row["request_type"] == "咨询" else "咨询"),
    Slip("class_code", lambda row: "0405" if row["class_code"] == "0604" else "0604"),
    Slip("satisfaction", lambda row: "满意" if row["satisfaction"] == "未评价" else "未评价"),
)
AMOUNTS = Amounts(broken=14, wrong=18, doubled=9, stray_rounds=1)


def troubles_of(world: World, calibrated: Sequence[Ticket], share: float) -> Troubles:
    """The trouble of the tickets up to the day of the report; those of the last months are not corrected yet."""
    rng = world.rng("hotline-trouble")
    keys = [ticket.ticket_id for ticket in calibrated]
    old = [ticket.ticket_id for ticket in calibrated if ticket.accepted < datetime(2017, 6, 1)]
    amounts = AMOUNTS.scaled(share)
    troubles = draw_troubles(
        rng, keys, old, slips=MENDABLE, mistakes=MISTAKES, amounts=amounts,
        stray_key=lambda model, n: f"{model[:-4]}{9001 + n}",
    )  # fmt: skip
    nameless = rng.choice([key for key in keys if key not in troubles.mended] or keys)
    if nameless not in troubles.mended:
        troubles.strays.setdefault(nameless, []).append(("", SLIPS[-1]))
    return troubles


def cells(world: World, ticket: Ticket, end: datetime) -> Row:
    """The ticket as an export at the end of a day shows it."""
    replied, closed = ticket.replied < end, ticket.closed < end
    visited = ticket.revisited is not None and ticket.revisited < end.date()
    sent = ticket.case is not None and ticket.case.reported < end
    return {
        "ticket_id": ticket.ticket_id,
        "hotline": LINES[ticket.line],
        "request_type": ticket.request_type,
        "title": ticket.title,
        "content": ticket.content,
        "class_code": ticket.class_code,
        "caller_name": ticket.caller,
        "caller_phone": ticket.telephone,
        "address": ticket.address,
        "street_code": world.street_names[ticket.street],
        "unit_code": world.unit_names[ticket.unit],
        "accepted_at": ticket.accepted,
        "is_answered_at_once": "是" if ticket.at_once else "否",
        "responded_at": ticket.responded if ticket.responded and ticket.responded < end else None,
        "due_at": ticket.due,
        "replied_at": ticket.replied if replied else None,
        "reply": ticket.reply if replied else None,
        "closed_at": ticket.closed if closed else None,
        "status": "已办结" if closed else "办理中",
        "revisited_on": ticket.revisited if visited else None,
        "satisfaction": (ticket.verdict if visited else "未评价") if closed else None,
        "solution": ticket.solution if visited else None,
        "platform_case_no": ticket.case.case_no if sent and ticket.case else None,
    }


def correction_due(month: date) -> date:
    """The day on which a month's corrections are exported: when every ticket of it is settled."""
    last = (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return last + SETTLED_AFTER


def _is_text(month: date) -> bool:
    return month >= date(2012, 7, 1) and (month.year * 12 + month.month) % 3 == 1


def write_hotline(inbox: Path, world: World, tickets: Sequence[Ticket], troubles: Troubles, as_of: date) -> FeedTruth:
    """Writes the exports as they stand at the end of the as-of date."""
    truth = FeedTruth("hotline_tickets")
    end = datetime.combine(as_of + timedelta(days=1), time())
    months: dict[date, list[Ticket]] = {}
    for ticket in tickets:
        if ticket.accepted < end:
            months.setdefault(ticket.accepted.date().replace(day=1), []).append(ticket)
    for month, of_month in sorted(months.items()):
        rows = [(ticket.ticket_id, cells(world, ticket, end)) for ticket in of_month]
        settled = {ticket.ticket_id for ticket in of_month if ticket.closed < end}
        source = _name(month, "")
        written = write_down(truth, source, rows, troubles, key="ticket_id", settled=settled)
        _write(inbox / source, month, written)
        truth.sources.append(source)
        mended = [(key, row) for key, row in rows if key in troubles.mended]
        if mended and correction_due(month) <= as_of:
            source = _name(month, "_更正")
            _write(inbox / source, month, [row for _, row in mended])
            count_correction(truth, [key for key, _ in mended], troubles)
            truth.sources.append(source)
        for ticket in of_month:
            _count(truth, ticket, end)
    return truth


def _count(truth: FeedTruth, ticket: Ticket, end: datetime) -> None:
    truth.late_closings += ticket.is_late and ticket.closed < end
    for name, holds in (
        ("sent_to_the_platform", ticket.case is not None and ticket.case.reported < end),
        ("repeated", ticket.is_repeat),
        ("open", ticket.closed >= end),
    ):
        truth.notes[name] = truth.notes.get(name, 0) + holds


def _name(month: date, suffix: str) -> str:
    return f"hotline/{month:%Y-%m}{suffix}.{'csv' if _is_text(month) else 'xlsx'}"


def _write(path: Path, month: date, rows: list[Row]) -> None:
    if _is_text(month):
        write_text(path, *table(CSV, rows))
        return
    # The newer program writes true date cells in even years and text in odd ones.
    if month.year % 2:
        rows = [{field: _text(cell) for field, cell in row.items()} for row in rows]
    header, lines = table(XLSX, rows)
    write_workbook(path, "工单明细", [header, *lines])


def _text(cell: Cell) -> Cell:
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M:%S")
    return cell.isoformat() if isinstance(cell, date) else cell
