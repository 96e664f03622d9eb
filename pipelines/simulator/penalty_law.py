"""What the law asks of a penalty case beside its bare steps: hearing, legal review, surcharge, publication, correction; and where it is not kept.

Belongs here: drawing those for cases that `penalties` has drawn, each from a stream of its own. All shares are illustrative; breaches are
few and counted (`Penalty.breach`, `further`).
"""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from pipelines.simulator import people
from pipelines.simulator.penalties import GENERAL, Penalty
from pipelines.simulator.rhythm import Clock
from pipelines.simulator.world import World

#: A fine from which on a hearing can be asked for: the same illustrative amounts as in the table of limits.
LARGE_PERSON, LARGE_OTHER = 1_000, 20_000
HEARINGS, HEARING_TOLD_LATE = 0.15, 0.04
NO_NOTICE, AUXILIARY = 0.0007, 0.0010
NOT_REVIEWED, PUBLISHED_LATE, NOT_PUBLISHED = 0.03, 0.010, 0.004
SURCHARGED, SURCHARGE_OVER, ON_SPOT_OVER = 0.7, 0.05, 0.003
REVIEW_SINCE, PUBLICITY_SINCE, TEMPLATE_SINCE = date(2018, 1, 1), date(2018, 7, 25), date(2016, 1, 1)
CAP_SINCE = date(2012, 1, 1)


def observe_law(world: World, clock: Clock, cases: Sequence[Penalty], cut: date | None) -> Sequence[Penalty]:
    """The cases with everything else that the law asks for. Where there is a `cut`, none is closed later than that."""
    for case in cases:
        rng = world.rng("penalty-law", case.case_no)
        if case.procedure == GENERAL:
            _correct(rng, case, (None, "批评教育", "责令立即改正", "责令限期改正"), (14, 26, 36, 24))
            if case.decided is not None:
                _hear(rng, clock, case, cut)
                _review(rng, case)
                _break(rng, case)
                _surcharge(rng, case)
                _publish(rng, case)
        else:
            _correct(rng, case, (None, "批评教育", "责令立即改正"), (10, 52, 38))
            if case.fine and not case.breach and rng.random() < ON_SPOT_OVER:
                _fine_too_much(case)
        case.archived = case.closed + timedelta(days=rng.randint(1, 20))
    return cases


def _correct(rng: Random, case: Penalty, ways: Sequence[str | None], weights: Sequence[int]) -> None:
    case.correction = rng.choices(ways, weights)[0]
    is_corrected = rng.random() < 0.97
    case.corrected = is_corrected if case.correction else None


def _is_large(case: Penalty) -> bool:
    return case.fine >= (LARGE_PERSON if case.party_kind == "自然人" else LARGE_OTHER)


def _hear(rng: Random, clock: Clock, case: Penalty, cut: date | None) -> None:
    """A hearing before the decision; everything after it moves back as far as it must."""
    if rng.random() >= HEARINGS or not _is_large(case) or case.breach:
        return
    assert case.notified is not None and case.decided is not None and case.served is not None
    requested = case.notified + timedelta(days=rng.randint(1, 3))
    told = requested + timedelta(days=rng.randint(0, 2))
    is_late = rng.random() < HEARING_TOLD_LATE
    # Eight workdays are more than seven days and more than seven workdays.
    held = clock.nth_workday_after(told, 2 if is_late else rng.randint(8, 10))
    if is_late and (held - told).days >= 7:
        # A holiday lies between: by the old law that is notice enough.
        return
    later = max(held + timedelta(days=2) - case.decided, timedelta())
    if cut is not None and case.closed + later > cut:
        return
    case.hearing_requested, case.hearing_notified, case.hearing_held = requested, told, held
    case.decided, case.served, case.closed = case.decided + later, case.served + later, case.closed + later
    case.paid = case.paid + later if case.paid else None
    if is_late:
        case.breach = "hearing_told_late"


def _review(rng: Random, case: Penalty) -> None:
    """Legal review of decisions of the kind that a hearing can be asked for."""
    assert case.decided is not None and case.notified is not None
    misses, days = rng.random() < NOT_REVIEWED, rng.randint(0, 2)
    if case.decided < REVIEW_SINCE or not (_is_large(case) or case.hearing_held):
        return
    if misses and not case.breach:
        case.breach = "not_reviewed"
        return
    case.reviewed = max(case.decided - timedelta(days=days), case.hearing_held or case.notified)


def _break(rng: Random, case: Penalty) -> None:
    luck, number = rng.random(), rng.randrange(6)
    if case.breach or case.hearing_held:
        return
    if luck < NO_NOTICE:
        case.breach, case.notified = "no_notice", None
    elif luck < NO_NOTICE + AUXILIARY:
        case.breach, case.officers = "auxiliary", (case.officers[0], people.auxiliary(case.squad, number))


def _surcharge(rng: Random, case: Penalty) -> None:
    """3 % of the fine for each day after the fifteenth, never more than the fine; but for a few."""
    charged, goes_over = rng.random() < SURCHARGED, rng.random() < SURCHARGE_OVER
    if case.breach != "paid_late" or case.paid is None or case.served is None or case.decided is None or not charged:
        return
    days = (case.paid - case.served).days - 15
    due = min(Decimal(case.fine) * days * 3 / 100, Decimal(case.fine))
    if goes_over and case.decided >= CAP_SINCE:
        due = Decimal(case.fine) * 12 / 10
        case.further += ("surcharge_over_the_fine",)
    case.surcharge = due.quantize(Decimal("0.01"))


def _publish(rng: Random, case: Penalty) -> None:
    """Within seven workdays once that is a duty; before it, by the template of 2015/16, if at all."""
    assert case.decided is not None
    luck, soon, late = rng.random(), rng.randint(0, 5), rng.randint(20, 40)
    if case.decided < TEMPLATE_SINCE:
        return
    if case.decided < PUBLICITY_SINCE:
        case.published = case.decided + timedelta(days=3 * soon + 2) if luck < 0.6 else None
    elif luck < PUBLISHED_LATE:
        case.published, case.further = case.decided + timedelta(days=late), (*case.further, "published_late")
    elif luck < PUBLISHED_LATE + NOT_PUBLISHED:
        case.further += ("not_published",)
    else:
        case.published = case.decided + timedelta(days=soon)


def _fine_too_much(case: Penalty) -> None:
    """Twice what may be fined on the spot: 50 and 1000 yuan, 200 and 3000 by the law of 2021."""
    old = case.filed < date(2021, 7, 15)
    most = (50 if old else 200) if case.party_kind == "自然人" else (1_000 if old else 3_000)
    case.fine, case.mode, case.breach = 2 * most, "银行代收", "on_spot_fine_over_the_limit"
