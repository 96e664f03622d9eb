"""The penalty workbooks: one a year, in the 双公示 template with the bureau's own columns to its right, and yearly corrections.

Belongs here: what the files look like. Source of the template's headers and of the rule row beneath them: the public 2015/16 version.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from pipelines.simulator.penalties import GENERAL, LONGEST, Penalty
from pipelines.simulator.power_list import exercised_item
from pipelines.simulator.powers import IN_FORCE
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
from pipelines.simulator.workbooks import in_style, table, write_workbook
from pipelines.simulator.world import World

BASIS = "《城市市容和环境卫生管理条例》"
OFFICE = "昌吉市城市管理行政执法局"
#: Field → (header as the cell holds it, line breaks and all; the template's rule beneath it). Fields in capitals are the template's alone.
TEMPLATE = {
    "decision_no": ("行政处罚决定书文号\n（必填）", "文本(128个字符)"),
    "NAME": ("案件名称\n（必填）", "文本(256个字符)"),
    "penalty_kinds": (
        "处罚类别1\n（必填）",
        "文本(36个字符)\n1、警告\n2、罚款\n3、没收违法所得、没收非法财物\n6、其他（需注明）",
    ),
    "cause": ("处罚事由\n（必填）", "文本(5000个字符)"),
    "BASIS": ("处罚依据\n（必填）", "文本(2048个字符)"),
    "party_name": ("行政相对人名称\n（必填）", "文本(128个字符)"),
    "CREDIT": ("行政相对人代码_1\n(统一社会信用代码)", "文本(64个字符)\n自然人此项空白"),
    "CARD": ("行政相对人代码_5 \n(居民身份证号)\n（必填）", "文本(64个字符)"),
    "RESULT": ("处罚结果\n（必填）", "文本(5000个字符)"),
    "decided_on": ("处罚决定日期\n（必填）", "日期\n如文本格式为:2016-03-25"),
    "TERM": ("公示期限\n（必填）", "年限（数字）\n1或者3"),
    "OFFICE": ("处罚机构\n（必填）", "文本(64个字符)"),
    "STATE": ("当前状态\n（必填）", "正常（默认）、注销、吊销、过期"),
    "REGION": ("地方编码\n（必填）", "文本(6个字符)\n根据国家行政编码"),
    "NOTE": ("备注", "文本(512个字符)"),
}
OWN = {
    "case_no": "案件编号", "procedure": "处罚程序", "source": "案件来源", "party_kind": "行政相对人类别", "party_id": "相对人证件号码",
    "place": "违法地点", "street_code": "街道（乡镇）", "squad_id": "办案中队", "officer_1": "承办人一", "officer_2": "承办人二",
    "filed_on": "立案日期", "notified_on": "告知日期", "fine_yuan": "罚款金额\n（万元）", "confiscated_yuan": "没收金额\n（万元）",
    "served_on": "送达日期", "paid_on": "缴款日期", "paid_yuan": "缴款金额\n（元）", "collect_mode": "收缴方式",
    "closed_on": "结案日期", "close_type": "结案方式", "power_item_code": "权力事项编码",
    "hearing_requested_on": "申请听证日期", "hearing_notified_on": "听证通知日期", "hearing_held_on": "听证日期",
    "legal_reviewed_on": "法制审核日期", "correction": "教育改正方式", "is_corrected": "是否改正",
    "surcharge_yuan": "加处罚款\n（元）", "published_on": "公示日期", "archived_on": "归档日期",
}  # fmt: skip
#: Case files of the years before the list of powers have no column for its items. Illustrative shares: left empty, written without its zeros.
CODES_SINCE = IN_FORCE.year
NO_CODE, SHORT_CODE = 0.04, 0.004
SLIPS = (
    Slip("decided_on", "2016-02-30", "bad_date"),
    Slip("filed_on", "2015年13月2日", "bad_date"),
    Slip("paid_on", "已缴", "bad_date"),
    Slip("fine_yuan", "贰佰", "bad_number"),
    Slip("confiscated_yuan", -0.05, "out_of_range"),
    Slip("street_code", "宁边路", "unknown_code"),
    Slip("squad_id", "九中队", "unknown_code"),
    Slip("procedure", "快速程序", "unknown_code"),
    Slip("procedure", None, "missing_value"),
    Slip("filed_on", None, "missing_value"),
    Slip("closed_on", "2010-12-01", "out_of_order"),
    Slip("served_on", "2107-03-09", "in_the_future"),
)
MISTAKES = (
    Slip("fine_yuan", lambda row: _ten_times(row["fine_yuan"])),
    Slip("source", lambda row: "其他" if row["source"] != "其他" else "巡查发现"),
    Slip("officer_2", lambda row: row["officer_1"]),
)
AMOUNTS = Amounts(broken=24, wrong=36, doubled=30, stray_rounds=3)


def _ten_times(fine: Cell) -> Cell:
    """A fine in 万元 with its point in the wrong place."""
    return round(fine * 10, 4) if isinstance(fine, float) else 0.02


def troubles_of(world: World, calibrated: Sequence[Penalty], share: float) -> Troubles:
    """The trouble of the cases up to the day of the report; those of its own year are not corrected yet."""
    keys = [case.case_no for case in calibrated]
    old = [case.case_no for case in calibrated if case.filed.year < 2017]
    return draw_troubles(
        world.rng("penalty-trouble"), keys, old, slips=SLIPS, mistakes=MISTAKES, amounts=AMOUNTS.scaled(share),
        stray_key=lambda model, n: model.replace("号", f"误{n:02d}号"),
    )  # fmt: skip


def cells(world: World, case: Penalty, as_of: date) -> Row:
    """The case as the workbook shows it on a day, dates in its clerk's way of writing."""

    def day(value: date | None, column: int) -> Cell:
        return in_style(value, case.style + column) if value is not None and value <= as_of else None

    decided = case.decided is not None and case.decided <= as_of
    paid = case.paid is not None and case.paid <= as_of
    closed = case.closed <= as_of
    fined = decided and case.fine > 0
    return {
        "decision_no": case.decision_no if decided else None,
        "NAME": f"{case.party}{case.cause.split('，', maxsplit=1)[0].removeprefix('当事人')}案",
        "penalty_kinds": case.kinds if decided else None,
        "cause": case.cause,
        "BASIS": BASIS,
        "party_name": case.party,
        "CREDIT": None if case.party_kind == "自然人" else case.party_id,
        "CARD": case.party_id if case.party_kind == "自然人" else None,
        "RESULT": (f"罚款人民币{case.fine}元" if case.fine else "警告") if decided else None,
        "decided_on": day(case.decided, 0),
        "TERM": 1,
        "OFFICE": OFFICE,
        "STATE": "正常",
        "REGION": world.city.facts.region_code,
        "NOTE": None,
        "case_no": case.case_no,
        "procedure": case.procedure,
        "source": case.source,
        "party_kind": case.party_kind,
        "party_id": case.party_id,
        "place": case.place,
        "street_code": world.street_names[case.street],
        "squad_id": world.squad_names[case.squad],
        "officer_1": case.officers[0],
        "officer_2": case.officers[1],
        "filed_on": day(case.filed, 1),
        "notified_on": day(case.notified, 2),
        "fine_yuan": case.fine / 10_000 if fined else None,
        "confiscated_yuan": case.confiscated / 10_000 if decided and case.confiscated else None,
        "served_on": day(case.served, 3),
        "paid_on": day(case.paid, 4),
        "paid_yuan": case.fine if paid and case.fine else None,
        "collect_mode": case.mode if paid else None,
        "closed_on": day(case.closed, 5),
        "close_type": case.end if closed else None,
        "power_item_code": _power_item(world, case),
        "hearing_requested_on": day(case.hearing_requested, 6),
        "hearing_notified_on": day(case.hearing_notified, 7),
        "hearing_held_on": day(case.hearing_held, 8),
        "legal_reviewed_on": day(case.reviewed, 9),
        "correction": case.correction,
        "is_corrected": ("是" if case.corrected else "否") if closed and case.corrected is not None else None,
        "surcharge_yuan": float(case.surcharge) if paid and case.surcharge is not None else None,
        "published_on": day(case.published, 10),
        "archived_on": day(case.archived, 11),
    }


def _power_item(world: World, case: Penalty) -> str | None:
    """The item of the list of powers as the clerk wrote it down."""
    rng = world.rng("power-item", case.case_no)
    item, luck = exercised_item(rng, case.class_code), rng.random()
    if item is None or case.filed.year < CODES_SINCE or luck < NO_CODE:
        return None
    return item.item_id.replace("Z0", "Z").replace("Z0", "Z") if luck < NO_CODE + SHORT_CODE else item.item_id


def write_penalties(inbox: Path, world: World, cases: Sequence[Penalty], troubles: Troubles, as_of: date) -> FeedTruth:
    """Writes the workbooks as they stand on the as-of date. A year's corrections come in the summer after it."""
    truth = FeedTruth("penalty_cases")
    years: dict[int, list[Penalty]] = {}
    for case in cases:
        if case.filed <= as_of:
            years.setdefault(case.filed.year, []).append(case)
    for year, of_year in sorted(years.items()):
        rows = [(case.case_no, cells(world, case, as_of)) for case in of_year]
        settled = {case.case_no for case in of_year if case.closed <= as_of}
        source = f"case_files/行政处罚案件_{year}.xlsx"
        written = write_down(truth, source, rows, troubles, key="case_no", settled=settled)
        _write(inbox / source, year, written, truth)
        truth.sources.append(source)
        mended = [(key, row) for key, row in rows if key in troubles.mended]
        if mended and correction_due(year) <= as_of:
            source = f"case_files/行政处罚案件_{year}_更正.xlsx"
            _write(inbox / source, year, [row for _, row in mended], truth)
            count_correction(truth, [key for key, _ in mended], troubles)
            truth.sources.append(source)
        for case in of_year:
            _count(truth, case, as_of)
        truth.notes["with_power_item"] = truth.notes.get("with_power_item", 0) + sum(
            row["power_item_code"] is not None for _, row in rows
        )
    return truth


def correction_due(year: int) -> date:
    """The day on which a year's corrections come: when every case of it is closed."""
    return date(year, 12, 31) + LONGEST


def _count(truth: FeedTruth, case: Penalty, as_of: date) -> None:
    name = "general" if case.procedure == GENERAL else "summary"
    truth.notes[name] = truth.notes.get(name, 0) + 1
    truth.notes[f"{name}_open"] = truth.notes.get(f"{name}_open", 0) + (case.closed > as_of)
    if case.closed <= as_of:
        for breach in filter(None, (case.breach, *case.further)):
            truth.notes[breach] = truth.notes.get(breach, 0) + 1


def _write(path: Path, year: int, rows: list[Row], truth: FeedTruth) -> None:
    columns = {field: header for field, (header, _) in TEMPLATE.items()} | OWN
    if year < CODES_SINCE:
        del columns["power_item_code"]
    header, lines = table(columns, rows)
    rules: list[Cell] = [rule for _, rule in TEMPLATE.values()]
    body: list[list[Cell]] = []
    for at, line in enumerate(lines):
        # Clerks leave a line free now and then.
        if at and at % 400 == 0:
            body.append([])
            truth.skipped("blank")
        body.append(line)
    truth.skipped("rule_row")
    write_workbook(path, "行政处罚", [header, rules, *body])
