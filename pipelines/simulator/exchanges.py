"""Data exchanged with other departments: datasets by the month or quarter, cases handed over, matters handled together.

Illustrative throughout: the report names the departments and wishes for a standing exchange, it has no count of one.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from pipelines.simulator.scene import Scene
from pipelines.simulator.trouble import Amounts, Row, Slip, draw_troubles, write_down
from pipelines.simulator.truth import FeedTruth
from pipelines.simulator.workbooks import in_style, table, write_text
from pipelines.simulator.world import CALIBRATED_ON, Span, Weighted

#: The sharing network is opened with the platform's first full year.
BEGUN = date(2014, 1, 1)
COLUMNS = {
    "exchange_no": "交换编号", "kind": "交换类别", "dataset": "数据集（事项）", "partner_org": "对方单位", "direction": "方向",
    "due_on": "应交换日期", "exchanged_on": "交换日期", "rows_sent": "发送条数", "rows_rejected": "退回条数",
    "answered_on": "反馈日期",
}  # fmt: skip
#: (dataset, partner, direction, months between, rows or so).
DATASETS = (
    ("市场主体登记信息", "GSJ", "接收", 1, 240),
    ("机动车违停处罚信息", "GAJ", "发送", 1, 180),
    ("公安视频监控线索", "GAJ", "接收", 1, 60),
    ("罚没收入对账信息", "CZJ", "发送", 1, 150),
    ("重型车辆通行证信息", "JTJ", "接收", 1, 90),
    ("食品摊贩备案信息", "SYJ", "接收", 3, 130),
    ("噪声和扬尘投诉信息", "HBJ", "发送", 3, 70),
    ("违法用地线索", "GTJ", "发送", 3, 25),
    ("卫生许可信息", "WSJ", "接收", 3, 110),
)
#: Cases and matters go to and fro by their own nature, in numbers in proportion to the city.
TRANSFERS, MATTERS = 312, 188
CASES = {
    "违法用地线索移送": "GTJ",
    "食品安全线索移送": "SYJ",
    "环境违法线索移送": "HBJ",
    "无照经营线索移送": "GSJ",
    "暴力抗法线索移送": "GAJ",
}
TOGETHER = {
    "夜市食品经营协同处置": "SYJ",
    "渣土运输协同处置": "JTJ",
    "占道经营协同处置": "GSJ",
    "油烟扰民协同处置": "HBJ",
    "绿地占用协同处置": "LYJ",
}
SLIPS = (
    Slip("exchanged_on", None, "missing_value"),
    Slip("exchanged_on", "2016/02/30", "bad_date"),
    Slip("partner_org", "城建局", "unknown_code"),
    Slip("rows_sent", "约200", "bad_number"),
    Slip("rows_rejected", 9_999_999, "out_of_range"),
    Slip("answered_on", "2011/01/03", "out_of_order"),
)
#: Yearly files without corrections: rows are refused or doubled, none is put right later.
AMOUNTS = Amounts(broken=0, wrong=0, doubled=6, stray_rounds=1)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One exchange with all that will ever happen to it."""

    exchange_no: str
    kind: str
    dataset: str
    partner: str
    direction: str
    due: date
    done: date
    rows: int
    rejected: int
    answered: date | None
    style: int


def draw_exchanges(scene: Scene) -> list[Exchange]:
    """All exchanges, by the day on which they take place."""
    serials: Counter[int] = Counter()
    found = []
    for span in scene.spans:
        drawn = [*_datasets(scene, span), *_matters(scene, span)]
        for one in sorted(drawn, key=lambda one: (one.done, one.dataset)):
            serials[one.done.year] += 1
            found.append(_numbered(one, f"JH{one.done.year}-{serials[one.done.year]:04d}"))
    return found


def _numbered(one: Exchange, number: str) -> Exchange:
    return Exchange(number, one.kind, one.dataset, one.partner, one.direction, one.due, one.done, one.rows, one.rejected,
                    one.answered, one.style)  # fmt: skip


def _datasets(scene: Scene, span: Span) -> Iterator[Exchange]:
    rng = scene.world.rng("exchanges", span.name)
    month = max(span.first, BEGUN).replace(day=1)
    while month <= span.last:
        for dataset, partner, direction, every, size in DATASETS:
            due = month.replace(day=10)
            late = rng.random() < 0.16
            done = due + timedelta(days=rng.randint(1, 15) if late else -rng.randint(0, 7))
            rows = max(1, round(size * rng.uniform(0.6, 1.4)))
            rejected = round(rows * rng.uniform(0.01, 0.12)) if rng.random() < 0.3 else 0
            answered = done + timedelta(days=rng.randint(0, 5)) if rng.random() < 0.8 else None
            style = rng.randrange(5)
            if (month.month - 1) % every == 0 and span.first <= done <= span.last:
                yield Exchange("", "数据集", dataset, partner, direction, due, done, rows, rejected, answered, style)
        month = (month + timedelta(days=31)).replace(day=1)


def _matters(scene: Scene, span: Span) -> Iterator[Exchange]:
    rng = scene.world.rng("exchanges", span.name, "matters")
    length = (span.last - max(span.first, BEGUN)).days + 1
    usual = (CALIBRATED_ON - BEGUN).days + 1
    for kind, total, named in (("案件移送", TRANSFERS, CASES), ("协同处置", MATTERS, TOGETHER)):
        count = round(total * scene.share * length / usual)
        matters = Weighted(dict.fromkeys(named, 1.0))
        for day in scene.clock.days(max(span.first, BEGUN), span.last).draw(
            rng, max(1, count) if span.calibrated else count
        ):
            dataset = matters.draw(rng)
            due = day + timedelta(days=rng.randint(0, 4) - (rng.random() < 0.12) * 6)
            answered = day + timedelta(days=1 + int(rng.expovariate(1 / 6)))
            direction = "发送" if rng.random() < 0.6 else "接收"
            partner = named[dataset]
            yield Exchange("", kind, dataset, partner, direction, due, day, 1, 0, answered, rng.randrange(5))


def write(scene: Scene) -> list[FeedTruth]:
    """Writes the yearly files as they stand on the as-of date."""
    truth = FeedTruth("data_exchanges")
    exchanges = draw_exchanges(scene)
    keys = [one.exchange_no for one in exchanges if one.done <= CALIBRATED_ON]
    scaled = AMOUNTS.scaled(scene.share)
    troubles = draw_troubles(
        scene.world.rng("exchange-trouble"), keys, [], slips=SLIPS, mistakes=(),
        amounts=Amounts(0, 0, scaled.doubled, scaled.stray_rounds), stray_key=lambda model, n: f"{model}误{n:02d}",
    )  # fmt: skip
    years: dict[int, list[Exchange]] = {}
    for one in exchanges:
        if one.done <= scene.as_of:
            years.setdefault(one.done.year, []).append(one)
    for year, of_year in sorted(years.items()):
        rows = [(one.exchange_no, _cells(scene, one)) for one in of_year]
        source = f"registers/数据交换登记_{year}.csv"
        settled = {key for key, _ in rows}
        written = write_down(truth, source, rows, troubles, key="exchange_no", settled=settled)
        write_text(scene.inbox / source, *table(COLUMNS, written))
        truth.sources.append(source)
    return [truth]


def _cells(scene: Scene, one: Exchange) -> Row:
    """The exchange as the register shows it on the as-of date."""
    answered = one.answered is not None and one.answered <= scene.as_of
    return {
        "exchange_no": one.exchange_no,
        "kind": one.kind,
        "dataset": one.dataset,
        "partner_org": scene.world.unit_names[one.partner],
        "direction": one.direction,
        "due_on": in_style(one.due, one.style),
        "exchanged_on": in_style(one.done, one.style),
        "rows_sent": one.rows,
        "rows_rejected": one.rejected,
        "answered_on": in_style(one.answered, one.style) if answered else None,
    }
