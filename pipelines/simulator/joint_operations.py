"""Joint operations (联合执法): which departments went out together, when and where; and the ledger that lists them.

Belongs here: drawing the operations of all spans and writing the running ledger. Who leads, topics and numbers are illustrative; that the
departments of industry and commerce, the police, food and drug and the environment take part is from the report.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from pipelines.simulator.duties import Campaign, campaigns
from pipelines.simulator.rhythm import SEASON
from pipelines.simulator.scene import Scene
from pipelines.simulator.trouble import Amounts, Cell, Row, Slip, draw_troubles, write_down
from pipelines.simulator.truth import FeedTruth
from pipelines.simulator.workbooks import in_style, write_workbook
from pipelines.simulator.world import CALIBRATED_ON

SOURCE = "duty/联合执法台账.xlsx"
BUREAU = "CG"
CORE_PARTNERS = ("GSJ", "GAJ", "SYJ", "HBJ")
#: Topic → (months in which it is taken up, departments that may take part).
TOPICS: dict[str, tuple[range, tuple[str, ...]]] = {
    "占道经营和流动摊点": (range(4, 11), ("GSJ", "GAJ", "SYJ")),
    "露天烧烤和油烟": (range(5, 10), ("HBJ", "SYJ", "GAJ")),
    "校园周边环境": (range(1, 13), ("GSJ", "SYJ", "GAJ", "WSJ")),
    "渣土运输和扬尘": (range(3, 12), ("HBJ", "GAJ", "JTJ")),
    "违法建设": (range(3, 11), ("GTJ", "GAJ", "LYJ")),
    "户外广告": (range(1, 13), ("GSJ", "GAJ")),
    "燃煤和大气污染": (range(1, 13), ("HBJ", "GSJ")),
}
#: The campaigns (by their topic) whose kind of problem an operation's topic is.
CAMPAIGNS = {
    "占道经营和流动摊点": "流动经营", "露天烧烤和油烟": "露天烧烤", "渣土运输和扬尘": "渣土运输", "户外广告": "户外广告牌匾",
}  # fmt: skip
#: Days of the year around which the city is on guard: (month, day, days before, days after).
KEY_DATES = ((3, 5, 3, 10), (5, 1, 1, 2), (7, 1, 2, 1), (9, 1, 2, 2), (10, 1, 4, 6))
#: Up to the report's date, in the default size; and never fewer than so many, that each core partner comes up.
OPERATIONS, FEWEST = 372, 14
COLUMNS = {
    "operation_no": "行动编号", "operated_on": "行动日期", "topic": "行动主题", "lead_org": "牵头单位", "partner_orgs": "参与单位",
    "squad_id": "参加中队", "street_code": "街道（乡镇）", "findings": "发现问题（处）", "is_key_date": "是否重要节点",
    "campaign_no": "专项整治编号",
}  # fmt: skip
SLIPS = (
    Slip("operated_on", "2016-02-30", "bad_date"),
    Slip("operated_on", None, "missing_value"),
    Slip("operated_on", "2107-05-03", "in_the_future"),
    Slip("findings", "若干", "bad_number"),
    Slip("findings", -3, "out_of_range"),
    Slip("lead_org", "城管委", "unknown_code"),
    Slip("squad_id", "九中队", "unknown_code"),
)
AMOUNTS = Amounts(broken=0, wrong=0, doubled=5, stray_rounds=1)


@dataclass(frozen=True, slots=True)
class Operation:
    """One joint operation. `squad` is the one that the ledger names, if it does; `went` the one that really went."""

    number: str
    day: date
    topic: str
    lead: str
    partners: tuple[str, ...]
    street: str | None
    went: str
    squad: str | None
    findings: int
    style: int


def is_key_date(day: date) -> bool:
    """Whether the city is on guard that day."""
    return any(
        timedelta(days=-before) <= day - date(day.year, month, on) <= timedelta(days=after)
        for month, on, before, after in KEY_DATES
    )


def campaign_of(operation: Operation, known: list[Campaign]) -> str | None:
    """The number of the campaign that was running for the operation's topic that day; None where none was."""
    running = (
        campaign.campaign_no
        for campaign in known
        if campaign.topic == CAMPAIGNS.get(operation.topic) and campaign.first <= operation.day <= campaign.last
    )
    return next(running, None)


def draw_operations(scene: Scene) -> list[Operation]:
    """All operations of the spans, in order."""
    operations = []
    serials: Counter[int] = Counter()
    for span in scene.spans:
        rng = scene.world.rng("joint-operations", span.name)
        first = max(span.first, date(2011, 3, 1))
        days = scene.clock.days(first, span.last)
        count = round(OPERATIONS * scene.share)
        if not span.calibrated:
            count = round(count * ((span.last - first).days + 1) / (CALIBRATED_ON - date(2011, 3, 1)).days)
        count = max(count, FEWEST if span.calibrated else 1)
        drawn = days.draw(rng, count)
        guarded = [day for n in range((span.last - first).days + 1) if is_key_date(day := first + timedelta(days=n))]
        # One in six belongs to a key date, whatever the season.
        drawn = sorted([rng.choice(guarded) if n % 6 == 0 and guarded else day for n, day in enumerate(drawn)])
        for n, day in enumerate(drawn):
            serials[day.year] += 1
            topics = [topic for topic, (months, _) in TOPICS.items() if day.month in months]
            topic = rng.choice(topics)
            able = TOPICS[topic][1]
            partners = [p for p in able if rng.random() < 0.6] or [rng.choice(able)]
            if n % 12 == 0:
                partners = list(CORE_PARTNERS)
            lead = BUREAU
            if rng.random() < 0.2:
                lead, partners = partners[0], [BUREAU, *partners[1:]]
            street = scene.world.streets.draw(rng)
            went = scene.world.squad_on(street, day)
            operations.append(
                Operation(
                    f"LH{day.year}-{serials[day.year]:03d}", day, topic, lead, tuple(partners),
                    street if rng.random() < 0.95 else None, went, went if rng.random() < 0.7 else None,
                    int(rng.expovariate(1 / 9) * SEASON[day.month]), rng.randrange(5),
                )
            )  # fmt: skip
    return operations


def write(scene: Scene) -> list[FeedTruth]:
    """The ledger as it stands on the as-of date."""
    world, truth = scene.world, FeedTruth("joint_operations")
    operations = draw_operations(scene)
    calibrated = [operation.number for operation in operations if operation.day <= CALIBRATED_ON]
    troubles = draw_troubles(
        world.rng("joint-operation-trouble"), calibrated, [], slips=SLIPS, mistakes=(),
        amounts=AMOUNTS.scaled(scene.share), stray_key=lambda model, n: f"{model}误{n:02d}",
    )  # fmt: skip
    known = campaigns(scene.as_of)
    rows: list[tuple[str, Row]] = []
    for operation in operations:
        if operation.day > scene.as_of:
            continue
        row: Row = {
            "operation_no": operation.number, "operated_on": in_style(operation.day, operation.style),
            "topic": f"{operation.topic}联合整治", "lead_org": world.unit_names[operation.lead],
            "partner_orgs": "、".join(world.unit_names[partner] for partner in operation.partners),
            "squad_id": world.squad_names[operation.squad] if operation.squad else None,
            "street_code": world.street_names[operation.street] if operation.street else None,
            "findings": operation.findings, "is_key_date": "是" if is_key_date(operation.day) else "否",
            "campaign_no": campaign_of(operation, known),
        }  # fmt: skip
        rows.append((operation.number, row))
    if not rows:
        return [truth]
    truth.notes["operations"] = len(rows)
    truth.notes["operations_in_campaigns"] = sum(row["campaign_no"] is not None for _, row in rows)
    truth.notes["operations_on_key_dates"] = sum(row["is_key_date"] == "是" for _, row in rows)
    written = write_down(truth, SOURCE, rows, troubles, key="operation_no", settled={number for number, _ in rows})
    lines: list[list[Cell]] = [["昌吉市城市管理联合执法台账"], list(COLUMNS.values())]
    lines += [[row.get(field) for field in COLUMNS] for row in written]
    lines.append(["备注：参与单位以顿号分隔。"])
    truth.skipped("note")
    write_workbook(scene.inbox / SOURCE, "联合执法", lines, [(0, 0, 0, len(COLUMNS) - 1)])
    truth.sources.append(SOURCE)
    return [truth]
