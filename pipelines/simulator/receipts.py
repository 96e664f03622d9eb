"""The bank that collects the fines (罚缴分离): its lists of receipts, one a year at first, one a month from 2015.

Belongs here: what the bank books for the penalties that are paid: whole or in two instalments, at the counter or electronically, or handed in by
an officer who took cash. A few payers write a decision's number that is none; the money is there all the same.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from pipelines.simulator.penalties import Penalty
from pipelines.simulator.scene import Scene
from pipelines.simulator.trouble import Amounts, Row, Slip, Troubles, draw_troubles, write_down
from pipelines.simulator.truth import FeedTruth
from pipelines.simulator.workbooks import table, write_text
from pipelines.simulator.world import CALIBRATED_ON, World

#: Illustrative shares: paid in two instalments, with a number that is none, cash handed in late.
INSTALMENTS, MISTYPED, HANDED_IN_LATE = 0.02, 0.0014, 0.02
MONTHLY_SINCE = 2015
OLD = {
    "receipt_no": "流水号", "paid_on": "交易日期", "decision_no": "决定书编号", "paid_yuan": "金额", "surcharge_yuan": "滞纳金",
    "collect_mode": "渠道", "handed_in_on": "缴存日期",
}  # fmt: skip
NEW = {
    "receipt_no": "回单号", "decision_no": "处罚决定书文号", "case_no": "案件编号", "paid_on": "缴款日期", "paid_yuan": "罚款金额",
    "surcharge_yuan": "加处罚款金额", "collect_mode": "收缴方式", "handed_in_on": "缴存日期",
}  # fmt: skip
OLD_WORDS = {"银行代收": "柜面", "电子支付": "网银", "执法人员缴存": "代缴"}
SLIPS = (
    Slip("paid_on", "2016-02-30", "bad_date"),
    Slip("paid_on", None, "missing_value"),
    Slip("paid_yuan", "壹佰元", "bad_number"),
    Slip("paid_yuan", -100, "out_of_range"),
    Slip("paid_yuan", None, "missing_value"),
    Slip("collect_mode", "现金", "unknown_code"),
    Slip("paid_on", "2107/3/9", "in_the_future"),
)
AMOUNTS = Amounts(broken=0, wrong=0, doubled=12, stray_rounds=1)


@dataclass
class Receipt:
    """One receipt; `booked` is the day on which the bank has the money."""

    case: Penalty
    booked: date
    paid: date
    yuan: Decimal
    surcharge: Decimal | None
    mode: str
    handed_in: date | None
    decision_no: str
    number: str = ""
    note: str = ""


def write(scene: Scene) -> list[FeedTruth]:
    """Writes the bank's lists as they stand on the as-of date."""
    truth = FeedTruth("fine_receipts")
    every = _all_receipts(scene)
    settled = [r.number for r in every if r.booked <= CALIBRATED_ON and r.handed_in is None]
    troubles = draw_troubles(
        scene.world.rng("receipt-trouble"), settled, [], slips=SLIPS, mistakes=(), amounts=AMOUNTS.scaled(scene.share),
        stray_key=lambda model, n: f"{model}E{n:02d}",
    )  # fmt: skip
    lists: dict[str, list[Receipt]] = {}
    for receipt in every:
        if receipt.booked <= scene.as_of:
            is_old = receipt.booked.year < MONTHLY_SINCE
            lists.setdefault(f"{receipt.booked:%Y}" if is_old else f"{receipt.booked:%Y%m}", []).append(receipt)
            if receipt.note:
                truth.notes[receipt.note] = truth.notes.get(receipt.note, 0) + 1
    for name, receipts in sorted(lists.items()):
        _write(scene, f"bank/代收罚款回单_{name}.csv", receipts, troubles, truth)
    return [truth]


def _all_receipts(scene: Scene) -> list[Receipt]:
    """In the order of the bank's book, numbered by day."""
    drawn = [receipt for case in scene.penalties for receipt in _receipts(scene.world, case)]
    drawn.sort(key=lambda receipt: (receipt.booked, receipt.case.case_no))
    serials: Counter[date] = Counter()
    for receipt in drawn:
        serials[receipt.booked] += 1
        receipt.number = f"DS{receipt.booked:%Y%m%d}{serials[receipt.booked]:04d}"
    return drawn


def _receipts(world: World, case: Penalty) -> Iterator[Receipt]:
    if case.paid is None or not case.fine or case.mode is None or case.decision_no is None:
        return
    rng = world.rng("receipts", case.case_no)
    luck, days = rng.random(), rng.randint(0, 1)
    fine, paid, number, note = Decimal(case.fine), case.paid, case.decision_no, ""
    if case.mode == "当场收缴":
        if luck < HANDED_IN_LATE:
            days, note = rng.randint(12, 18), "handed_in_late"
        handed_in = paid + timedelta(days=days)
        yield Receipt(case, handed_in, paid, fine, None, "执法人员缴存", handed_in, number, note=note)
        return
    if luck < MISTYPED:
        number, note = number.replace("决", ""), "unmatched"
    elif luck < MISTYPED + INSTALMENTS and case.fine >= 500 and case.served is not None and paid > case.served:
        first = fine // 2
        earlier = case.served + timedelta(days=rng.randrange((paid - case.served).days))
        yield Receipt(case, earlier, earlier, first, None, case.mode, None, number, note="instalment")
        fine -= first
    yield Receipt(case, paid, paid, fine, case.surcharge, case.mode, None, number, note=note)


def _write(scene: Scene, source: str, receipts: list[Receipt], troubles: Troubles, truth: FeedTruth) -> None:
    is_old = receipts[0].booked.year < MONTHLY_SINCE
    rows = [(receipt.number, _row(receipt, is_old)) for receipt in receipts]
    written = write_down(truth, source, rows, troubles, key="receipt_no", settled={key for key, _ in rows})
    write_text(scene.inbox / source, *table(OLD if is_old else NEW, written))
    truth.sources.append(source)


def _row(receipt: Receipt, is_old: bool) -> Row:
    return {
        "receipt_no": receipt.number,
        "decision_no": receipt.decision_no,
        # Only what is paid electronically carries the case file's number.
        "case_no": receipt.case.case_no if receipt.mode == "电子支付" and receipt.note != "unmatched" else None,
        "paid_on": receipt.paid,
        "paid_yuan": f"{receipt.yuan:.2f}",
        "surcharge_yuan": f"{receipt.surcharge:.2f}" if receipt.surcharge else None,
        "collect_mode": OLD_WORDS[receipt.mode] if is_old else receipt.mode,
        "handed_in_on": receipt.handed_in,
    }
