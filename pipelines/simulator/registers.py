"""The office's registers: money and equipment in one workbook, documents and information systems in another.

Belongs here: money and equipment, and what both workbooks look like; which documents and systems there are stands in `documents`. From the
report: 1200余万元 for the city's appearance, 1200万元 exactly for the digital platform, 60万元 exactly for the trunked radio, 20 computers over
the squads. Dates, shares and all other equipment are illustrative. Registers are the same in every size of city.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from pipelines.simulator.documents import DOCUMENTS, SYSTEMS
from pipelines.simulator.scene import Scene
from pipelines.simulator.trouble import Cell, Row
from pipelines.simulator.truth import FeedTruth
from pipelines.simulator.workbooks import in_style, table, write_sheets
from pipelines.simulator.world import World

MONEY, PAPERS = "registers/经费与装备.xlsx", "registers/制度与系统登记.xlsx"
APPEARANCE, PLATFORM, RADIO = "市容环境整治", "数字化城管系统", "数字集群无线通信系统"
SECOND_TIER = "数字化城管二级平台"
#: 1200余万元 in hundreds of yuan, paid in so many parts from 2014 on.
APPEARANCE_HUNDREDS, APPEARANCE_PAYMENTS = 123_846, 41
WORKS = (
    "道路及人行道修补",
    "户外广告牌匾清理更换",
    "建筑外立面清洗粉刷",
    "便民市场和疏导点建设",
    "环卫设施更新",
    "绿化带补植",
)
#: (programme, purpose, 万元, day).
PAYMENTS: tuple[tuple[str, str, int, date], ...] = (
    (PLATFORM, "合同预付款", 360, date(2013, 4, 18)),
    (PLATFORM, "硬件到货款", 420, date(2013, 8, 12)),
    (PLATFORM, "上线验收款", 360, date(2013, 12, 20)),
    (PLATFORM, "质量保证金", 60, date(2014, 12, 8)),
    (RADIO, "设备采购款", 36, date(2014, 5, 15)),
    (RADIO, "基站安装调试款", 18, date(2014, 9, 3)),
    (RADIO, "质量保证金", 6, date(2015, 9, 10)),
)
MONEY_COLUMNS = {
    "n": "序号", "payment_no": "支付编号", "program_id": "项目名称", "amount_yuan": "金额\n（万元）", "paid_on": "支付日期",
    "purpose": "用途",
}  # fmt: skip
ASSET_COLUMNS = {
    "asset_no": "装备编号", "asset_kind": "装备类别", "quantity": "数量", "squad_id": "配发中队", "bought_on": "购置日期",
    "program_id": "项目名称",
}  # fmt: skip
DOCUMENT_COLUMNS = {
    "doc_no": "登记编号", "index_no": "索引号", "title": "名称", "kind": "文件类别", "issuer": "发布机构", "issuer_org": "对应本市单位",
    "issued_on": "印发日期", "published_at": "发文时间", "registered_on": "登记日期", "status": "状态", "topics": "主题词",
    "parts": "要点",
}  # fmt: skip
SYSTEM_COLUMNS = {
    "system_id": "系统编号", "name": "名称", "kind": "系统类别", "tier": "层级", "owner_org": "运行单位", "live_on": "启用日期",
    "registered_on": "登记日期", "program_id": "项目名称", "status": "状态",
}  # fmt: skip
#: (kind, how many each squad has, bought, programme). The computers are 20 over the squads, as in the report.
LOTS: tuple[tuple[str, tuple[int, ...], date, str], ...] = (
    ("电脑", (3, 3, 3, 3, 2, 2, 2, 2), date(2014, 3, 26), SECOND_TIER),
    ("手持电台", (9, 9, 9, 9, 8, 7, 6, 6), date(2014, 9, 1), RADIO),
    ("城管通", (6, 6, 6, 6, 5, 5, 4, 4), date(2013, 10, 28), PLATFORM),
    ("执法车辆", (2, 2, 2, 2, 2, 2, 1, 1), date(2013, 6, 14), ""),
    ("执法记录仪", (7, 7, 7, 7, 7, 7, 7, 7), date(2016, 5, 9), ""),
    ("城管通", (2, 2, 2, 2, 2, 2, 2, 2), date(2018, 4, 16), PLATFORM),
)


@dataclass(frozen=True)
class Payment:
    """One payment, in hundreds of yuan."""

    payment_no: str
    programme: str
    purpose: str
    hundreds: int
    day: date


def payments(world: World) -> list[Payment]:
    """All payments, the city's appearance in uneven parts; its upkeep goes on after the report."""
    rng = world.rng("registers", "payments")
    cuts = sorted(rng.sample(range(400, APPEARANCE_HUNDREDS - 400), APPEARANCE_PAYMENTS - 1))
    parts = [b - a for a, b in zip([0, *cuts], [*cuts, APPEARANCE_HUNDREDS], strict=True)]
    first, last = date(2014, 3, 3).toordinal(), date(2017, 9, 15).toordinal()
    days = sorted(date.fromordinal(rng.randint(first, last)) for _ in parts)
    found = [(APPEARANCE, rng.choice(WORKS), part, day) for part, day in zip(parts, days, strict=True)]
    found += [(name, purpose, wan * 100, day) for name, purpose, wan, day in PAYMENTS]
    for year in range(2017, 2028):
        found.append((APPEARANCE, rng.choice(WORKS), rng.randint(2_000, 5_000), date(year, 11, rng.randint(1, 28))))
    found.sort(key=lambda one: one[3])
    return [
        Payment(f"ZF{day.year}-{number:03d}", programme, purpose, hundreds, day)
        for number, (programme, purpose, hundreds, day) in enumerate(found, start=1)
    ]


def write(scene: Scene) -> list[FeedTruth]:
    """Writes the registers as they stand on the as-of date."""
    return [*_write_money(scene), *_write_papers(scene)]


def _write_money(scene: Scene) -> list[FeedTruth]:
    paid, owned = FeedTruth("investments"), FeedTruth("assets")
    seen = [payment for payment in payments(scene.world) if payment.day <= scene.as_of]
    lots = list(_lots(scene))
    if not seen or not lots:
        return [paid, owned]
    lines: list[list[Cell]] = []
    for programme in dict.fromkeys(payment.programme for payment in seen):
        own = [payment for payment in seen if payment.programme == programme]
        rows: list[Row] = [
            {
                "n": at,
                "payment_no": payment.payment_no,
                "program_id": programme,
                "amount_yuan": payment.hundreds / 100,
                "paid_on": in_style(payment.day, at),
                "purpose": payment.purpose,
            }
            for at, payment in enumerate(own, start=1)
        ]
        lines += table(MONEY_COLUMNS, rows)[1]
        lines.append([f"小计（{programme}）", None, None, sum(payment.hundreds for payment in own) / 100])
        paid.skipped("subtotal")
    lines.append(["备注：各项目分别核算，不作合计。"])
    paid.skipped("note")
    paid.valid(payment.payment_no for payment in seen)
    owned.valid(row["asset_no"] for row in lots)
    header, equipment = table(ASSET_COLUMNS, lots)
    money = [
        ["昌吉市城市管理经费投入台账"],
        ["填报单位：昌吉市城市管理行政执法局　　单位：万元"],
        list(MONEY_COLUMNS.values()),
    ]
    write_sheets(
        scene.inbox / MONEY,
        [
            ("经费投入", [*money, *lines], [(0, 0, 0, 5), (1, 0, 1, 5)]),
            ("装备台账", [["昌吉市城市管理装备台账"], list(header), *equipment], [(0, 0, 0, 5)]),
        ],
    )
    for truth in (paid, owned):
        truth.sources.append(MONEY)
    return [paid, owned]


def _lots(scene: Scene) -> Iterator[Row]:
    for number, (kind, counts, day, programme) in enumerate(LOTS, start=1):
        for squad, quantity in zip(scene.world.squad_names, counts, strict=False):
            if day <= scene.as_of:
                yield {
                    "asset_no": f"ZB{day.year}-{number:02d}-{squad}",
                    "asset_kind": kind,
                    "quantity": quantity,
                    "squad_id": scene.world.squad_names[squad],
                    "bought_on": in_style(day, number),
                    "program_id": programme or None,
                }


def _write_papers(scene: Scene) -> list[FeedTruth]:
    documents = [_named(row, "issuer_org", scene.world) for row in DOCUMENTS if _is_registered(row, scene.as_of)]
    systems = [_named(row, "owner_org", scene.world) for row in SYSTEMS if _is_registered(row, scene.as_of)]
    truths = [FeedTruth("policy_documents"), FeedTruth("systems")]
    if not documents or not systems:
        return truths
    sheets: list[tuple[str, Sequence[Sequence[Cell]], Sequence[tuple[int, int, int, int]]]] = []
    for truth, sheet, title, columns, rows in (
        (truths[0], "制度文件", "昌吉市城市管理制度文件登记", DOCUMENT_COLUMNS, documents),
        (truths[1], "信息系统", "昌吉市城市管理信息系统登记", SYSTEM_COLUMNS, systems),
    ):
        header, lines = table(columns, rows)
        sheets.append((sheet, [[title], list(header), *lines], [(0, 0, 0, len(header) - 1)]))
        truth.valid(row[next(iter(columns))] for row in rows)
        truth.sources.append(PAPERS)
    write_sheets(scene.inbox / PAPERS, sheets)
    return truths


def _is_registered(row: Row, as_of: date) -> bool:
    day = row["registered_on"]
    return isinstance(day, date) and (day.date() if isinstance(day, datetime) else day) <= as_of


def _named(row: Row, field: str, world: World) -> Row:
    unit = row.get(field)
    return row | {field: world.unit_names[unit] if isinstance(unit, str) else None}
