"""The mechanism of the simulated city: what the law asks of its penalty cases, the bank's receipts, and the reviews of case files."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.city import load_city
from pipelines.settings import PROJECT_ROOT, Settings
from pipelines.simulator import simulate
from pipelines.simulator.penalties import GENERAL, Penalty, draw_penalties
from pipelines.simulator.penalty_law import observe_law
from pipelines.simulator.rhythm import Clock
from pipelines.simulator.world import CALIBRATED_ON, Sizes, World, spans

CITY = load_city(Settings(city="changji", cities=PROJECT_ROOT / "cities"))


@pytest.fixture(scope="module")
def cases() -> list[Penalty]:
    """A seventh of the demo city's cases up to the report, and those of the years to 2022."""
    world, clock, serials = World(CITY, 7), Clock(CITY), Counter[str]()
    drawn: list[Penalty] = []
    for span in spans(date(2011, 1, 1), date(2022, 12, 31), Sizes.for_cases(1_900)):
        drawn += observe_law(
            world, clock, draw_penalties(world, span, clock, serials), span.last if span.calibrated else None
        )
    return drawn


def test_all_cases_up_to_the_report_are_closed_by_then(cases: list[Penalty]) -> None:
    early = [case for case in cases if case.filed <= CALIBRATED_ON]
    assert len(early) > 1000
    assert max(case.closed for case in early) <= CALIBRATED_ON


def test_steps_come_one_after_another(cases: list[Penalty]) -> None:
    for case in cases:
        steps = [
            case.filed, case.notified, case.hearing_requested, case.hearing_notified, case.hearing_held, case.decided,
            case.served, case.closed, case.archived,
        ]  # fmt: skip
        known = [step for step in steps if step is not None]
        assert known == sorted(known), case.case_no
        assert case.reviewed is None or (case.decided is not None and case.reviewed <= case.decided)
        assert case.published is None or (case.decided is not None and case.published >= case.decided)


BREACHES: dict[str, Callable[[Penalty], bool]] = {
    "no_notice": lambda c: c.procedure == GENERAL and c.decided is not None and c.notified is None,
    "one_officer": lambda c: c.officers[1] is None,
    "auxiliary": lambda c: (c.officers[1] or "").startswith("虚构协"),
    "surcharge_over_the_fine": lambda c: c.surcharge is not None and c.surcharge > c.fine,
    "on_spot_fine_over_the_limit": lambda c: c.procedure != GENERAL and c.fine > _on_spot(c),
    "cash_over_the_limit": lambda c: c.mode == "当场收缴" and c.fine > (20 if c.filed < date(2021, 7, 15) else 100),
}


def _on_spot(case: Penalty) -> int:
    old = case.filed < date(2021, 7, 15)
    return (50 if old else 200) if case.party_kind == "自然人" else (1000 if old else 3000)


@pytest.mark.parametrize("breach", BREACHES)
def test_a_breach_is_there_where_it_is_owned_up_to_and_nowhere_else(cases: list[Penalty], breach: str) -> None:
    found = {case.case_no for case in cases if BREACHES[breach](case)}
    assert found == {case.case_no for case in cases if breach in (case.breach, *case.further)}


def test_surcharge_is_three_percent_a_day_after_the_fifteenth(cases: list[Penalty]) -> None:
    charged = [c for c in cases if c.surcharge is not None and "surcharge_over_the_fine" not in c.further]
    assert charged
    for case in charged:
        assert case.paid is not None and case.served is not None
        days = (case.paid - case.served).days - 15
        assert case.surcharge == min(Decimal(case.fine) * days * 3 / 100, Decimal(case.fine))


def test_hearings_are_told_of_in_time_but_for_a_few(cases: list[Penalty]) -> None:
    heard = [case for case in cases if case.hearing_held is not None]
    late = [
        c for c in heard if c.hearing_held and c.hearing_notified and (c.hearing_held - c.hearing_notified).days < 7
    ]
    assert heard
    assert {case.case_no for case in late} == {c.case_no for c in cases if c.breach == "hearing_told_late"}


def test_publication_is_a_duty_from_2018_07_25_on(cases: list[Penalty]) -> None:
    since = [c for c in cases if c.procedure == GENERAL and c.decided and c.decided >= date(2018, 7, 25)]
    late = [c for c in since if c.published is None or (c.published - (c.decided or c.filed)) > timedelta(days=7)]
    assert len(since) > 200
    assert all({"published_late", "not_published"} & set(case.further) for case in late)
    assert not any(case.published for case in cases if case.decided and case.decided < date(2016, 1, 1))


def test_the_bank_has_all_that_the_case_files_say_was_paid(tmp_path: Path) -> None:
    simulate(tmp_path, seed=3, cases=400)
    names = sorted(path.name for path in (tmp_path / "bank").iterdir())
    assert names[0] == "代收罚款回单_2011.csv"
    assert names[-1].startswith("代收罚款回单_2017")
    first = (tmp_path / "bank" / names[-1]).read_bytes().decode("gb18030").splitlines()
    assert first[0].startswith("回单号,处罚决定书文号")


def test_the_review_of_a_year_comes_in_december(tmp_path: Path) -> None:
    simulate(tmp_path, seed=3, cases=60, as_of=date(2016, 12, 19))
    assert not (tmp_path / "mechanism/案卷评查_2016.xlsx").exists()
    simulate(tmp_path, seed=3, cases=60, as_of=date(2016, 12, 20))
    assert (tmp_path / "mechanism/案卷评查_2016.xlsx").exists()
