"""The hotline's tickets: 12319 and the bureau's own telephone.

Belongs here: drawing the tickets of one span, and what a ticket looks like on a day. Its files stand in `hotline_files`. Tickets of the
calibrated span are all replied to and closed by its end, as the report says (办结回复率100%).
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from pipelines.simulator import people
from pipelines.simulator.lives import Case
from pipelines.simulator.problems import bureau_class, place
from pipelines.simulator.rhythm import Clock, random_clock
from pipelines.simulator.world import Span, Weighted, World

LINES = {"12319": "12319热线", "phone": "举报电话"}
TYPES = Weighted({"举报": 42.0, "投诉": 34.0, "求助": 13.0, "咨询": 7.0, "建议": 4.0})
VERDICTS = Weighted({"满意": 61.0, "基本满意": 17.0, "不满意": 6.0, "未评价": 16.0})
#: Kinds of request that the line can answer by itself, and how often it does.
AT_ONCE = {"咨询": 0.7, "建议": 0.4, "求助": 0.1}
#: What callers say of the solution, by their verdict on the service.
SOLUTIONS = {
    "满意": {"解决": 94.0, "部分解决": 6.0}, "基本满意": {"解决": 55.0, "部分解决": 45.0}, "不满意": {"未解决": 70.0, "部分解决": 30.0},
}  # fmt: skip
SENT_ON = {"12319": 0.5, "phone": 0.28}
LATE_SHARE, REPEAT_SHARE = 0.04, 0.07
#: A ticket is over, return visit included, so many days after it came in at the latest; corrections are exported after that.
SETTLED_AFTER = timedelta(days=48)


@dataclass(slots=True)
class Ticket:
    """One ticket with everything that will ever happen to it."""

    ticket_id: str
    line: str
    request_type: str
    class_code: str
    title: str
    content: str
    caller: str
    telephone: str
    address: str
    street: str
    unit: str
    accepted: datetime
    due: datetime
    replied: datetime
    closed: datetime
    revisited: date | None
    verdict: str
    reply: str
    case: Case | None = None
    is_repeat: bool = False
    at_once: bool = False
    responded: datetime | None = None
    solution: str | None = None

    @property
    def is_late(self) -> bool:
        return self.closed > self.due


def draw_tickets(world: World, span: Span, clock: Clock, serials: Counter[str]) -> list[Ticket]:
    """The span's tickets in the order of their coming in, not yet settled with the platform. `serials` number them by line and month."""
    rng = world.rng("hotline", span.name)
    days = clock.days(span.first, span.last, growth=0.12)
    drawn = [
        (datetime.combine(day, random_clock(rng, (8, 9, 10) if span.cut and day == span.last else None)), line)
        for line, count in (("12319", span.sizes.hotline), ("phone", span.sizes.phone))
        for day in days.draw(rng, count)
    ]
    tickets: list[Ticket] = []
    for accepted, line in sorted(drawn):
        earlier = [t for t in tickets[-25:] if accepted - t.accepted < timedelta(days=25)]
        model = rng.choice(earlier) if earlier and rng.random() < REPEAT_SHARE else None
        serial = f"{'12319' if line == '12319' else 'DH'}-{accepted:%Y%m}"
        serials[serial] += 1
        number = f"{serial}-{serials[serial]:04d}"
        tickets.append(_ticket(world, clock, rng, ticket_id=number, line=line, accepted=accepted, model=model))
    return tickets


def _ticket(
    world: World, clock: Clock, rng: Random, *, ticket_id: str, line: str, accepted: datetime, model: Ticket | None
) -> Ticket:
    day = accepted.date()
    street = model.street if model else world.streets.draw(rng)
    code = model.class_code if model else bureau_class(rng, day)
    address = model.address if model else place(rng, world.street_names[street])
    name = world.class_names["GBT30428_2", code]
    hint = people.indiscretion(rng) if rng.random() < 0.15 else ""
    due = datetime.combine(clock.nth_workday_after(day, 5), time(18, 0))
    if rng.random() < LATE_SHARE:
        replied = due + timedelta(hours=rng.uniform(2, 150))
    else:
        replied = accepted + (due - accepted) * rng.uniform(0.03, 0.85)
    return Ticket(
        ticket_id=ticket_id,
        line=line,
        request_type=TYPES.draw(rng),
        class_code=code,
        title=f"反映{world.street_names[street]}{name}问题",
        content=f"市民反映{address}{name}，影响通行和居住{hint}，请尽快处理。",
        caller=model.caller if model else people.person(rng),
        telephone=model.telephone if model else people.phone(rng),
        address=address,
        street=street,
        unit=world.unit_of(world.squad_on(street, day)),
        accepted=accepted,
        due=due,
        replied=replied,
        closed=replied,
        revisited=None,
        verdict=VERDICTS.draw(rng),
        reply=f"您好，您反映的{name}问题已由执法中队现场处理",
        is_repeat=model is not None,
    )


def tickets_to_send(world: World, span: Span, tickets: list[Ticket]) -> list[Ticket]:
    """Those of the span's tickets that become cases of the platform, once there is one."""
    rng = world.rng("sent", span.name)
    live = world.city.facts.go_live or span.first
    sent = [t for t in tickets if rng.random() < SENT_ON[t.line] and t.accepted.date() >= live]
    return sent[: span.sizes.bureau_cases // 2]


def settle(world: World, span: Span, tickets: list[Ticket]) -> None:
    """Replies and closings, once the cases of the tickets that were sent on are known."""
    rng, talks = world.rng("settled", span.name), world.rng("talks", span.name)
    for ticket in tickets:
        if ticket.case is not None:
            ticket.replied = ticket.case.steps[-1].done + timedelta(minutes=rng.randint(5, 90))
        if span.cut is not None:
            ticket.replied = min(ticket.replied, span.cut + timedelta(minutes=rng.randint(91, 130)))
        ticket.replied = ticket.replied.replace(microsecond=0, second=0)
        _talk(talks, ticket)
        ticket.closed = ticket.replied + timedelta(minutes=rng.randint(1, 30))
        visit = ticket.closed.date() + timedelta(days=rng.randint(1, 4))
        if ticket.verdict != "未评价" and (span.cut is None or visit <= span.last):
            ticket.revisited = visit
            ticket.solution = talks.choices(
                tuple(SOLUTIONS[ticket.verdict]), tuple(SOLUTIONS[ticket.verdict].values())
            )[0]
        else:
            ticket.verdict = "未评价"


def _talk(rng: Random, ticket: Ticket) -> None:
    """When the caller was first spoken to: at once, where the line itself could answer, else by the unit on the way to its reply."""
    ticket.at_once = (
        ticket.case is None and ticket.request_type in AT_ONCE and rng.random() < AT_ONCE[ticket.request_type]
    )
    if ticket.at_once:
        ticket.replied = min(ticket.replied, ticket.accepted.replace(second=0) + timedelta(minutes=rng.randint(3, 12)))
        return
    waited = timedelta(hours=rng.uniform(0.5, 30) if rng.random() < LATE_SHARE else rng.uniform(0.3, 20))
    ticket.responded = min(ticket.accepted + waited, ticket.replied).replace(microsecond=0)
