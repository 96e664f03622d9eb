"""Penalty cases: which there are and how they go, from filing to closing.

Belongs here: drawing the cases of one span. Their workbooks stand in `penalty_books`. All general-procedure cases of the calibrated span
are closed by its end, as the report says (案件办结率100%).
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from pipelines.simulator import people
from pipelines.simulator.problems import bureau_class, place
from pipelines.simulator.rhythm import Clock
from pipelines.simulator.world import Span, Weighted, World

GENERAL, SUMMARY = "一般程序", "简易程序"
SOURCES = Weighted({"巡查发现": 64.0, "数字城管": 14.0, "热线举报": 9.0, "部门移送": 6.0, "视频监控": 5.0, "其他": 2.0})
KINDS = Weighted({"个体工商户": 52.0, "自然人": 33.0, "法人及非法人组织": 15.0})
ENDS = Weighted({"自动履行": 94.0, "强制执行": 4.0, "撤销": 1.0, "终止": 1.0})
#: Established officers of a squad: 7 of its staff (`roster`).
OFFICERS = 7
#: Illustrative breaches of procedure, as shares of the general cases.
SERVED_LATE, PAID_LATE, ONE_OFFICER = 0.012, 0.03, 0.0008
#: From this day the law of 2021 applies.
NEW_LAW = date(2021, 7, 15)
#: Longer than any way from filing to closing that `_general` can draw; a year's corrections come when its last case is over.
LONGEST = timedelta(days=180)


@dataclass(slots=True)
class Penalty:
    """One case with everything that will ever happen to it."""

    case_no: str
    procedure: str
    class_code: str
    cause: str
    source: str
    party_kind: str
    party: str
    party_id: str
    place: str
    street: str
    squad: str
    officers: tuple[str, str | None]
    filed: date
    notified: date | None
    decided: date | None
    decision_no: str | None
    kinds: str | None
    fine: int
    confiscated: int
    served: date | None
    paid: date | None
    mode: str | None
    closed: date
    end: str
    style: int
    #: The breach of procedure that it has, and others that came with it.
    breach: str = ""
    further: tuple[str, ...] = ()
    hearing_requested: date | None = None
    hearing_notified: date | None = None
    hearing_held: date | None = None
    reviewed: date | None = None
    surcharge: Decimal | None = None
    published: date | None = None
    archived: date | None = None
    correction: str | None = None
    corrected: bool | None = None


@dataclass(frozen=True)
class _Way:
    """Offsets in days from the filing: notice, decision, service, payment, closing."""

    notified: int
    decided: int
    served: int
    paid: int
    closed: int


def draw_penalties(world: World, span: Span, clock: Clock, serials: Counter[str]) -> list[Penalty]:
    """The span's cases in the order of their filing. `serials` number them by year and procedure."""
    rng = world.rng("penalties", span.name)
    start = date(2012, 1, 1)
    # Filed so late that it could not be closed by the report is filed by the next span's streams, if at all.
    last = span.last - timedelta(days=8) if span.calibrated else span.last
    drawn: list[tuple[date, str]] = []
    for first, until, count, procedure in (
        (max(span.first, start), last, span.sizes.general, GENERAL),
        (span.first, min(start - timedelta(days=1), last), span.sizes.general_2011, GENERAL),
        (span.first, last, span.sizes.summary, SUMMARY),
    ):
        if count and first <= until:
            drawn += [(day, procedure) for day in clock.days(first, until, growth=0.04).draw(rng, count)]
    cases = []
    for day, procedure in sorted(drawn):
        mark = "案" if procedure == GENERAL else "简"
        serials[f"{mark}{day.year}"] += 1
        number = f"昌城管罚{mark}〔{day.year}〕{serials[f'{mark}{day.year}']:04d}号"
        if procedure == GENERAL:
            cases.append(_general(world, rng, number, day, span.last if span.calibrated else None))
        else:
            cases.append(_summary(world, rng, number, day))
    return cases


def _general(world: World, rng: Random, number: str, day: date, cut: date | None) -> Penalty:
    breach = ""
    luck = rng.random()
    notified = rng.randint(2, 20)
    decided = notified + rng.randint(4, 15)
    served = decided + rng.randint(0, 5)
    paid = served + rng.randint(0, 14)
    if luck < SERVED_LATE:
        breach, served = "served_late", decided + rng.randint(16, 25)
        paid = served + rng.randint(0, 10)
    elif luck < SERVED_LATE + PAID_LATE:
        breach, paid = "paid_late", served + rng.randint(17, 45)
    elif luck < SERVED_LATE + PAID_LATE + ONE_OFFICER:
        breach = "one_officer"
    way = _Way(notified, decided, served, paid, paid + rng.randint(0, 6))
    if cut is not None and day + timedelta(days=way.closed) > cut:
        way = _hurried(way, (cut - day).days)
        if breach != "one_officer":
            breach = (
                "served_late" if way.served - way.decided > 7 else "paid_late" if way.paid - way.served > 15 else ""
            )
    case = _facts(world, rng, number, day, GENERAL)
    case.breach = breach
    if breach == "one_officer":
        case.officers = (case.officers[0], None)
    case.end = ENDS.draw(rng)
    case.closed = day + timedelta(days=way.closed)
    case.notified = day + timedelta(days=way.notified)
    if case.end == "终止":
        case.kinds, case.fine, case.confiscated = None, 0, 0
        # What never came to a decision was not served late either.
        case.breach = breach if breach == "one_officer" else ""
        return case
    case.decided, case.served = day + timedelta(days=way.decided), day + timedelta(days=way.served)
    case.decision_no = number.replace("罚案", "罚决")
    case.fine = _fine(rng, case.party_kind)
    case.kinds = rng.choices(("罚款", "警告、罚款", "罚款、没收非法财物"), (80, 16, 4))[0]
    case.confiscated = rng.randrange(50, 1500, 10) if "没收" in case.kinds else 0
    if case.end != "撤销":
        case.paid = day + timedelta(days=way.paid)
        case.mode = "电子支付" if day.year >= 2016 and rng.random() < 0.3 else "银行代收"
    elif breach == "paid_late":
        case.breach = ""
    return case


def _hurried(way: _Way, days: int) -> _Way:
    """The same steps in fewer days, each still after the other."""
    share = days / way.closed
    return _Way(*(int(n * share) for n in (way.notified, way.decided, way.served, way.paid, way.closed)))


def _summary(world: World, rng: Random, number: str, day: date) -> Penalty:
    """Decided, served and closed on the spot; the limits are those of the law of that day."""
    case = _facts(world, rng, number, day, SUMMARY)
    case.decided = case.served = case.closed = day
    case.end = "自动履行"
    case.decision_no = number.replace("罚简", "罚简决")
    person, other, cash = (200, 3000, 100) if day >= NEW_LAW else (50, 1000, 20)
    most = person if case.party_kind == "自然人" else other
    if rng.random() < 0.25:
        case.kinds = "警告"
        return case
    case.kinds = "罚款"
    case.fine = rng.choice([n for n in (10, 20, 30, 50, 100, 200, 300, 500) if n <= most])
    case.mode = "当场收缴" if case.fine <= cash or rng.random() < 0.01 else "银行代收"
    case.breach = "cash_over_the_limit" if case.fine > cash and case.mode == "当场收缴" else ""
    case.paid = day
    return case


def _fine(rng: Random, party_kind: str) -> int:
    if party_kind == "自然人":
        return rng.choice((50, 100, 200, 200, 300, 500, 1000))
    if party_kind == "个体工商户":
        return rng.choice((200, 300, 500, 500, 1000, 2000, 3000))
    return rng.choice((1000, 2000, 5000, 5000, 10_000, 20_000, 50_000))


def _facts(world: World, rng: Random, number: str, day: date, procedure: str) -> Penalty:
    """Who, where and what; the steps are still open."""
    street = world.streets.draw(rng)
    squad = world.squad_on(street, day)
    kind = KINDS.draw(rng)
    first, second = rng.sample(range(OFFICERS), 2)
    code = bureau_class(rng, day)
    name = world.class_names["GBT30428_2", code]
    party = people.person(rng) if kind == "自然人" else people.shop(rng) if kind == "个体工商户" else people.firm(rng)
    number_of_party = (
        people.id_number(rng) if kind == "自然人" else people.credit_code(rng, sole_trader=kind == "个体工商户")
    )
    remark = people.indiscretion(rng) if rng.random() < 0.02 else ""
    return Penalty(
        case_no=number, procedure=procedure, class_code=code, cause=f"当事人{name}{remark}", source=SOURCES.draw(rng),
        party_kind=kind, party=party, party_id=number_of_party, place=place(rng, world.street_names[street]),
        street=street, squad=squad, officers=(people.officer(squad, first), people.officer(squad, second)),
        filed=day, notified=None, decided=None, decision_no=None, kinds=None, fine=0, confiscated=0,
        served=None, paid=None, mode=None, closed=day, end="", style=rng.randrange(5),
    )  # fmt: skip
