"""The life of one platform case: which steps it goes through, by whom, and when.

A case is its steps; what its record looks like on a day follows from the steps up to that day (`pipelines.simulator.platform_db`).
Which cases there are stands in `pipelines.simulator.platform`.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from pipelines.simulator.people import STEMS
from pipelines.simulator.rhythm import Clock

CENTRE = "ZHZX"
#: Action → link of the chain, both in the vendor's codes.
NODE = {
    "SB": "1", "SL": "2", "LA": "2", "PQ": "3", "GP": "3", "HT": "3", "CZ": "4", "GZ": "4", "HF": "4", "YQ": "4",
    "HCTG": "5", "HCBTG": "5", "JA": "6", "QZJA": "6", "ZF": "6", "CQ": "6",
}  # fmt: skip


@dataclass(slots=True)
class Step:
    """One step: received by whom it concerns, done by them."""

    action: str
    received: datetime
    done: datetime
    operator: str
    unit: str
    timeout: bool = False


@dataclass(slots=True)
class Case:
    """One case with everything that will ever happen to it. `changed` are later corrections of the record: (when, field, old value)."""

    kind: str
    category: str
    scheme: str
    class_code: str
    channel: str
    reporter: str
    telephone: str | None
    text: str
    address: str
    street: str
    grid: str | None
    x: float | None
    y: float | None
    unit: str
    limit_value: float
    limit_unit: str
    reported: datetime
    rec_id: int = 0
    case_no: str = ""
    is_urgent: bool = False
    steps: list[Step] = field(default_factory=list)
    changed: tuple[datetime, str, str] | None = None
    was_late: bool = False
    was_late_unless_stopped: bool = False

    def add(self, action: str, done: datetime, operator: str, unit: str, *, waited: timedelta | None = None) -> Step:
        """Appends a step. `waited` is how long the task lay with the operator; by default since the step before."""
        done = done.replace(microsecond=0)
        before = self.steps[-1].done if self.steps else done
        step = Step(action, done - waited if waited is not None else before, done, operator, unit)
        self.steps.append(step)
        return step


@dataclass(frozen=True)
class Fate:
    """What shall happen to a case; at most one of the troubles."""

    late: bool = False
    rework: bool = False
    returned: bool = False
    extended: bool = False
    suspended: bool = False
    reopened: bool = False
    forced: bool = False
    cancelled: bool = False
    refused: bool = False
    endless: bool = False


def _minutes(rng: Random, low: float, high: float) -> timedelta:
    return timedelta(seconds=round(rng.uniform(low, high) * 60))


def live(case: Case, fate: Fate, clock: Clock, rng: Random, cut: datetime | None) -> None:
    """Writes the case's steps. With a `cut` everything is over by then, and what would have been late is not."""
    desk = f"虚构坐席{STEMS[rng.randrange(10)]}"
    at = case.reported
    by = case.reporter if case.channel == "1" else desk
    case.add("SB", at, by, CENTRE)
    if case.channel != "1":
        at += _minutes(rng, 2, 15)
        case.add("SL", at, desk, CENTRE)
    if fate.refused:
        case.add("ZF", at + _minutes(rng, 5, 50), desk, CENTRE)
        return
    at += _minutes(rng, 2, 20)
    case.add("LA", at, f"虚构值班{STEMS[rng.randrange(10)]}", CENTRE)
    filed = at
    at += _minutes(rng, 1, 8)
    case.add("PQ", at, desk, "SZC" if fate.returned else CENTRE)
    dispatched = at
    if fate.returned:
        at += _minutes(rng, 2, 6)
        case.add("HT", at, "虚构派遣退回", "SZC")
        at += _minutes(rng, 1, 5)
        case.add("GP", at, desk, CENTRE)
    if fate.cancelled:
        case.add("ZF", _capped(at + _minutes(rng, 20, 900), cut, rng), desk, CENTRE)
        return
    soon, late_after = clock.deadline_bounds(filed, dispatched, case.limit_value, case.limit_unit)
    late = fate.late or fate.endless
    if late:
        over = timedelta(days=rng.uniform(150, 500)) if fate.endless else timedelta(hours=rng.expovariate(1 / 30) + 1)
        finished = late_after + over
        if cut is not None and finished + timedelta(hours=4) > cut:
            late = False
    handler = f"虚构处置{STEMS[rng.randrange(10)]}"
    if late:
        _handle_late(case, fate, rng, at=at, handled=finished, handler=handler)
    else:
        times = (filed, at, soon, late_after)
        _handle_in_time(case, fate, clock, rng, times=times, handler=handler, cut=cut)
    if fate.reopened:
        closed = case.steps[-1].done
        again = max(closed, late_after) + timedelta(days=rng.uniform(1, 10))
        if cut is None or again + timedelta(days=2) < cut:
            case.add("CQ", again, desk, CENTRE, waited=timedelta())
            _finish(case, rng, again + timedelta(hours=rng.uniform(3, 40)), handler)
            late = True
    case.was_late = late


def _capped(moment: datetime, cut: datetime | None, rng: Random) -> datetime:
    return moment if cut is None or moment <= cut else cut - _minutes(rng, 0, 45)


def _finish(case: Case, rng: Random, handled: datetime, handler: str, action: str = "JA") -> None:
    """Handling done, checked and closed, without hurry."""
    case.add("CZ", handled, handler, case.unit)
    checked = handled + _minutes(rng, 10, 90)
    case.add("HCTG", checked, "虚构核查", CENTRE)
    case.add(action, checked + _minutes(rng, 3, 40), "虚构值班", CENTRE)


def _handle_late(case: Case, fate: Fate, rng: Random, *, at: datetime, handled: datetime, handler: str) -> None:
    if fate.extended:
        case.add("YQ", at + (handled - at) * 0.3, handler, case.unit)
    if fate.rework:
        case.add("CZ", at + (handled - at) * 0.5, handler, case.unit)
        case.add("HCBTG", at + (handled - at) * 0.6, "虚构核查", CENTRE)
    _finish(case, rng, handled, handler, "QZJA" if fate.forced else "JA")
    case.steps[-3].timeout = True


def _handle_in_time(
    case: Case,
    fate: Fate,
    clock: Clock,
    rng: Random,
    *,
    times: tuple[datetime, ...],
    handler: str,
    cut: datetime | None,
) -> None:
    filed, at, soon, late_after = times
    share = rng.uniform(0.35, 0.93)
    if case.limit_unit in ("work_hours", "work_days"):
        hours = case.limit_value * (1 if case.limit_unit == "work_hours" else 8)
        closed = clock.add_office_minutes(filed, hours * 60 * share)
    else:
        closed = filed + (soon - filed) * share
    closed = min(closed, soon - timedelta(minutes=2))
    if cut is not None and closed > cut:
        closed = cut - _minutes(rng, 0, 45)
    if fate.suspended:
        hung = at + (closed - at) * 0.2
        away = timedelta(days=rng.uniform(25, 80))
        if cut is None or closed + away < cut:
            case.add("GZ", hung, handler, case.unit)
            at = hung + away
            case.add("HF", at, handler, case.unit, waited=timedelta())
            closed += away
            case.was_late_unless_stopped = closed > late_after
    rest = closed - at
    if fate.extended:
        case.add("YQ", at + rest * 0.2, handler, case.unit)
    if fate.rework:
        case.add("CZ", at + rest * 0.4, handler, case.unit)
        case.add("HCBTG", at + rest * 0.5, "虚构核查", CENTRE)
    handled, checked = rng.uniform(0.62, 0.82), rng.uniform(0.86, 0.96)
    case.add("CZ", at + rest * handled, handler, case.unit)
    case.add("HCTG", at + rest * checked, "虚构核查", CENTRE)
    case.add("JA", closed, "虚构值班", CENTRE)
