"""The cases of the digital platform: which there are, where, of what, and how each of them fares.

Belongs here: drawing the cases of one span. Their steps are written in `lives`, the source system in `platform_db`.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from pipelines.simulator import people
from pipelines.simulator.hotline import Ticket
from pipelines.simulator.lives import Case, Fate, live
from pipelines.simulator.problems import (
    BUREAU,
    EVENT,
    Flare,
    bureau_class,
    flares,
    other_class,
    place,
)
from pipelines.simulator.rhythm import Clock, random_clock
from pipelines.simulator.world import Span, Weighted, World

#: Vendor's codes of the sources: 1 collector, 2 hotline, 3 phone, 4 video, 5 wechat, 6 leader, 7 transfer, 8 web.
OWN_CHANNELS = Weighted({"1": 78.0, "4": 6.0, "5": 9.0, "6": 2.0, "7": 3.0, "8": 2.0})
COLLECTORS = 60
#: What the bureau keeps above its squads, as shares that each hold those before: the bureau itself, a section, the brigade. Illustrative.
ABOVE = (("CG", 0.002), ("CGFZK", 0.005), ("CGDD", 0.02))
#: Every so many of the bureau's cases meet this trouble: counts up to the day of the report, for the default size.
TROUBLES = {
    "late": 1_050, "rework": 540, "returned": 190, "extended": 120, "suspended": 64, "reopened": 57, "forced": 0,
}  # fmt: skip
CORRECTED_CASES = 25


@dataclass(frozen=True)
class _Plan:
    """What is asked of one case before it is drawn."""

    kind: str
    day: date
    fate: Fate
    ticket: Ticket | None = None


def platform_cases(world: World, span: Span, clock: Clock, tickets: list[Ticket]) -> list[Case]:
    """The span's cases in the order of their reporting, numbers given; tickets sent to the platform get theirs.

    `tickets` are those of the span that are to be sent on; each becomes one of the bureau's cases.
    """
    rng = world.rng("platform", span.name)
    first = max(span.first, world.city.facts.go_live or span.first)
    bursts = flares(
        world.rng("flares", span.name), first, span.last,
        [(grid.street, grid.code) for street in world.streets.items for grid in world.grids[street].items],
        max(1, (span.last - first).days // 40),
    )  # fmt: skip
    plans = sorted(_plans(span, clock, tickets, rng, first), key=lambda plan: plan.day)
    cases = []
    for plan in plans:
        case = _case(world, plan, bursts, rng, span)
        live(case, plan.fate, clock, rng, span.cut if plan.kind == "bureau" else None)
        if plan.ticket is not None:
            plan.ticket.case = case
        cases.append(case)
    cases.sort(key=lambda case: case.reported)
    daily: Counter[date] = Counter()
    for case in cases:
        day = case.reported.date()
        daily[day] += 1
        case.case_no = f"{day:%Y%m%d}{daily[day]:04d}"
    _correct_some(cases, span, rng)
    return cases


def _plans(span: Span, clock: Clock, tickets: list[Ticket], rng: Random, first: date) -> Iterator[_Plan]:
    sizes = span.sizes
    days = clock.days(first, span.last, growth=0.18)
    own = max(0, sizes.bureau_cases - len(tickets))
    fates = _fates(rng, own, sizes.bureau_cases)
    for day, fate in zip(days.draw(rng, own), fates, strict=True):
        yield _Plan("bureau", day, fate)
    for ticket in tickets:
        yield _Plan("bureau", ticket.accepted.date(), Fate(), ticket)
    for day in days.draw(rng, sizes.other_cases):
        luck = rng.random()
        yield _Plan("other", day, Fate(late=luck < 0.11, endless=luck < 0.012, rework=luck > 0.97))
    for day in days.draw(rng, sizes.cancelled_cases):
        yield _Plan("cancelled", day, Fate(cancelled=True))
    for day in days.draw(rng, sizes.refused_cases):
        yield _Plan("refused", day, Fate(refused=True))


def _fates(rng: Random, count: int, of: int) -> list[Fate]:
    """So many fates in random order, the troubles in the share that `TROUBLES` says."""
    fates: list[Fate] = []
    for trouble, wanted in TROUBLES.items():
        for n in range(round(wanted * of / 13_127)):
            fates.append(
                Fate(**{trouble: True}, late=True) if trouble == "extended" and n % 2 else
                Fate(late=True, forced=n % 30 == 0) if trouble == "late" else Fate(**{trouble: True})
            )  # fmt: skip
    fates = fates[:count]
    fates += [Fate()] * (count - len(fates))
    rng.shuffle(fates)
    return fates


def _case(world: World, plan: _Plan, bursts: list[Flare], rng: Random, span: Span) -> Case:
    day, ticket = plan.day, plan.ticket
    street = ticket.street if ticket else world.streets.draw(rng)
    grid = world.grids[street].draw(rng)
    scheme, code, unit = EVENT, "", ""
    if plan.kind == "other":
        scheme, code, unit = other_class(rng, day)
        if rng.random() < 0.03:
            # A place that no squad owns: the agricultural park.
            street = world.city.facts.region_code + "400"
            grid = world.grids[street].draw(rng)
    else:
        code = ticket.class_code if ticket else bureau_class(rng, day)
        active = [flare for flare in bursts if flare.first <= day <= flare.last]
        if active and not ticket and rng.random() < 0.12 * len(active):
            flare = rng.choice(active)
            street, code = flare.street, flare.class_code
            grid = next(g for g in world.grids[street].items if g.code == flare.grid)
        luck = rng.random()
        unit = next((own for own, share in ABOVE if luck < share), "") or world.unit_of(world.squad_on(street, day))
    condition = 2 if code == "0101" and scheme == EVENT and rng.random() < 0.1 else 1
    if plan.fate.suspended and code in BUREAU:
        code, condition = rng.choice(("0101", "0203", "0204", "0206")), 1
    value, limit_unit = world.limit(scheme, code, day, condition)
    channel = ("2" if ticket.line == "12319" else "3") if ticket else OWN_CHANNELS.draw(rng)
    if plan.kind == "refused":
        channel = rng.choice("235558")
    hours = (8, 9, 10, 11) if span.cut is not None and day == span.last else None
    reported = (
        ticket.accepted + timedelta(minutes=rng.randint(2, 20)) if ticket
        else datetime.combine(day, random_clock(rng, hours))
    )  # fmt: skip
    name = world.class_names[scheme, code]
    street_name = world.street_names[street]
    address = ticket.address if ticket else place(rng, street_name)
    blurred = rng.random() < 0.05
    indiscreet = channel != "1" and rng.random() < 0.12
    return Case(
        kind=plan.kind,
        category="2" if scheme == EVENT else "1",
        scheme=scheme,
        class_code=code,
        channel=channel,
        reporter=people.collector(rng.randrange(COLLECTORS)) if channel == "1" else _caller(ticket, rng),
        telephone=None if channel in "14" else (ticket.telephone if ticket else people.phone(rng)),
        text=f"{address}{'反映' if channel != '1' else '巡查发现'}{name}{people.indiscretion(rng) if indiscreet else ''}",
        address=address,
        street=street,
        grid=None if blurred else grid.code,
        x=None if blurred else round(grid.lon + rng.uniform(-8e-4, 8e-4), 6),
        y=None if blurred else round(grid.lat + rng.uniform(-6e-4, 6e-4), 6),
        unit=unit,
        limit_value=value,
        limit_unit=limit_unit,
        reported=reported,
        is_urgent=limit_unit == "urgent_hours" and rng.random() < 0.2,
    )


def _caller(ticket: Ticket | None, rng: Random) -> str:
    return ticket.caller if ticket else people.person(rng)


def _correct_some(cases: list[Case], span: Span, rng: Random) -> None:
    """Some records carried a wrong class at first, which the centre put right after the closing."""
    if not span.calibrated:
        return
    closed = [case for case in cases if case.kind == "bureau" and case.steps[-1].done.year < 2017]
    wanted = max(1, round(CORRECTED_CASES * span.sizes.bureau_cases / 13_127))
    for case in rng.sample(closed, min(wanted, len(closed))):
        other = "0406" if case.class_code != "0406" else "0405"
        case.changed = (case.steps[-1].done + timedelta(days=rng.randint(1, 9)), "class_code", other)
