"""The bureau's daily work: how much of each kind of enforcement, where, when, by whom, with what outcome; and the campaigns.

Belongs here: what happened. What the ledgers look like and their trouble stands in `duty_books`. Calibrated to the 2017 report, which
says "近几年" and no more: its figures are laid over the days from 2014-01-01 to its date. All else is illustrative.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from pipelines.simulator.rhythm import Clock, Days
from pipelines.simulator.scene import Scene
from pipelines.simulator.world import CALIBRATED_ON, Span, Weighted, World

#: Where "近几年" begins, as we take it.
RECENT_YEARS = date(2014, 1, 1)


@dataclass(frozen=True)
class Duty:
    """One kind of daily enforcement: `total` up to the report in its unit, in entries of `mean` on average; outcomes by weight."""

    label: str
    total: int
    mean: float
    outcomes: dict[str, float]
    objects: tuple[str, ...] = ()
    unit: str = "起"


#: From the report: 14188 块; 38602 起 (流动摊点、店外经营、乱摆乱放 together, their split is ours); 153; 8366; 1230.
DUTIES = (
    Duty("清理牌匾", 14_188, 4.2, {"清理": 62, "责令改正": 24, "教育劝导": 11, "处罚": 3}, ("店堂牌匾", "灯箱", "地名标牌"), "块"),
    Duty("流动摊点", 16_820, 3.8, {"教育劝导": 68, "清理": 20, "责令改正": 9, "处罚": 3}),
    Duty("店外经营", 13_462, 3.4, {"教育劝导": 51, "责令改正": 38, "处罚": 11}),
    Duty("乱摆乱放", 8_320, 3.2, {"教育劝导": 47, "清理": 30, "责令改正": 21, "处罚": 2}),
    Duty("大型户外广告", 153, 1.1, {"责令改正": 46, "清理": 34, "处罚": 20}),
    Duty("违章占道停车", 8_366, 2.4, {"教育劝导": 35, "处罚": 48, "拖离": 17}),
    Duty("重型车辆驶入", 1_230, 1.3, {"处罚": 61, "教育劝导": 39}),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Campaign:
    """One campaign; `codes` are the classes of problems that it is about, `labels` the kinds of daily enforcement."""

    campaign_no: str
    name: str
    topic: str
    lead: str
    first: date
    last: date
    season: str
    codes: str
    labels: tuple[str, ...]


#: (topic, name, unit in the lead, month, day, days, season, classes, kinds of daily enforcement). Illustrative.
PLANS = (
    ("流动经营", "春季市容环境整治", "CG", 3, 20, 32, "春季", "0401、0405、0406", ("流动摊点", "店外经营", "乱摆乱放")),
    ("非法小广告", "非法小广告集中清理", "CGDD", 4, 24, 21, "春季", "0201、0202", ()),
    ("户外广告牌匾", "户外广告牌匾规范整治", "CG", 5, 22, 40, "春季", "0203、0205、0206", ("清理牌匾", "大型户外广告")),
    ("露天烧烤", "夏季夜市和露天烧烤整治", "CG", 6, 26, 36, "夏季", "0129、0402、0405", ("店外经营",)),
    ("渣土运输", "渣土运输车辆整治", "ZJJ", 7, 17, 28, "夏季", "0114、0311、0312", ("重型车辆驶入",)),
    ("违章停车", "占道停车秩序整治", "JJD", 9, 4, 25, "秋季", "0409、0410", ("违章占道停车",)),
    ("清雪除冰", "冬季清雪除冰", "CG", 12, 4, 24, "冬季", "0507", ()),
)  # fmt: skip


def campaigns(last: date) -> list[Campaign]:
    """The campaigns that begin by that day, in order. The same ones every year, a few days later or earlier."""
    found = []
    for year in range(RECENT_YEARS.year, last.year + 1):
        for number, (topic, name, lead, month, day, days, season, codes, labels) in enumerate(PLANS, start=1):
            first = date(year, month, day) + timedelta(days=(year * 5 + number * 3) % 7 - 3)
            until = first + timedelta(days=days - 1)
            no = f"ZX{year}-{number:02d}"
            found.append(Campaign(no, f"{year}年{name}", topic, lead, first, until, season, codes, labels))
    return [campaign for campaign in found if campaign.first <= last]


@dataclass(frozen=True, slots=True)
class Action:
    """One entry of the ledger."""

    action_no: str
    label: str
    thing: str | None
    quantity: int
    unit: str
    day: date
    street: str
    squad: str
    outcome: str | None
    patrol: str | None
    campaign_no: str | None
    names_squad: bool
    style: int


def draw_actions(scene: Scene) -> list[Action]:
    """All entries up to the end of the last span, by day. The numbers run within a year."""
    known = campaigns(scene.spans[-1].last)
    serials: Counter[int] = Counter()
    return [action for span in scene.spans for action in _draw_span(scene, span, known, serials)]


def _draw_span(scene: Scene, span: Span, known: list[Campaign], serials: Counter[int]) -> Iterator[Action]:
    rng = scene.world.rng("duties", span.name)
    drawn: list[tuple[date, Duty, int]] = []
    for duty in DUTIES:
        total = _total(duty, span, scene.share)
        if total:
            quantities = _parts(scene.world, span, duty, total)
            days = _days(scene.clock, span).draw(rng, len(quantities))
            drawn += [(day, duty, quantity) for day, quantity in zip(days, quantities, strict=True)]
    drawn.sort(key=lambda one: one[0])
    outcomes = {duty.label: Weighted(duty.outcomes) for duty in DUTIES}
    for day, duty, quantity in drawn:
        serials[day.year] += 1
        street = scene.world.streets.draw(rng)
        during = [c for c in known if c.first <= day <= c.last and duty.label in c.labels]
        yield Action(
            action_no=f"RC{day.year}-{serials[day.year]:05d}",
            label=duty.label,
            thing=rng.choice(duty.objects) if duty.objects else None,
            quantity=quantity,
            unit=duty.unit,
            day=day,
            street=street,
            squad=scene.world.squad_on(street, day),
            outcome=outcomes[duty.label].draw(rng) if rng.random() < 0.98 else None,
            patrol=("车辆巡查" if rng.random() < 0.55 else "徒步细查") if rng.random() < 0.95 else None,
            campaign_no=during[0].campaign_no if during and rng.random() < 0.6 else None,
            names_squad=rng.random() < 0.97,
            style=rng.randrange(5),
        )


def _total(duty: Duty, span: Span, share: float) -> int:
    """How much of it a span brings: the report's figure, or later as much as before in so many days."""
    if span.calibrated:
        return max(1, round(duty.total * share))
    length = (span.last - span.first).days + 1
    return round(duty.total * share * length / ((CALIBRATED_ON - RECENT_YEARS).days + 1))


def _parts(world: World, span: Span, duty: Duty, total: int) -> list[int]:
    """The total in entries of at least one, some of them large."""
    rng = world.rng("duties", span.name, duty.label)
    parts = [1] * max(1, round(total / duty.mean))
    weights = Weighted({at: rng.expovariate(1) + 0.1 for at in range(len(parts))})
    for _ in range(total - len(parts)):
        parts[weights.draw(rng)] += 1
    return parts


def _days(clock: Clock, span: Span) -> Days:
    return clock.days(max(span.first, RECENT_YEARS), span.last, growth=0.04)
