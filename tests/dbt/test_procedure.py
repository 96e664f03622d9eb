"""Procedure on random penalty cases around the law's change: whatever the cases are, terms of workdays skip days off, a case is one case."""

import datetime as dt
import random
from collections.abc import Iterator

import chinese_calendar
import duckdb
import pytest

from pipelines.city import load_city
from pipelines.landing.reference import load_reference
from pipelines.landing.store import write_connection
from pipelines.settings import PROJECT_ROOT, Settings
from tests.dbt.running import run_dbt

pytestmark = pytest.mark.slow

AS_OF, NEW_LAW = dt.date(2022, 3, 31), dt.date(2021, 7, 15)
MODELS = ["procedure_compliance", "fine_collection", "publicity", "penalty_procedure", "bridge_penalty_case_officer"]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    settings = Settings(home=tmp_path_factory.mktemp("law"), city="changji", cities=PROJECT_ROOT / "cities")
    city = load_city(settings)
    load_reference(settings, city)
    _fill(settings)
    run_dbt(settings, city, (AS_OF, ["run", "--quiet", "--select", *(f"+{model}" for model in MODELS)]))
    with duckdb.connect(str(settings.build_db), read_only=True) as connection:
        yield connection


def _fill(settings: Settings) -> None:
    """Cases with steps in any order that the contract lets through, decided on both sides of 2021-07-15."""
    rng = random.Random(11)

    def later(day: dt.date, most: int) -> dt.date | None:
        return day + dt.timedelta(days=rng.randint(0, most)) if rng.random() < 0.9 else None

    with write_connection(settings) as connection:
        for number in range(600):
            filed = dt.date(2021, 5, 1) + dt.timedelta(days=rng.randrange(330))
            decided = later(filed, 120)
            served = later(decided, 16) if decided else None
            row = {
                "case_no": f"c{number}", "procedure": rng.choice(["general", "general", "summary"]), "filed_on": filed,
                "street_code": "652301001", "party_kind": rng.choice(["person", "organisation", None]),
                "officer_1_hash": rng.choice("xyz"), "officer_2_hash": rng.choice(["x", "y", None]), "decided_on": decided,
                "decision_no": f"d{number}", "served_on": served, "fine_yuan": rng.choice([20, 100, 500, 30_000]),
                "paid_on": later(served, 30) if served else None, "published_on": later(decided, 14) if decided else None,
                "_batch_id": "b", "_batch_seq": 1, "_source_row": number, "_loaded_for_on": AS_OF,
            }  # fmt: skip
            _insert(connection, "penalty_cases", row)
            for part in range(rng.choice([0, 1, 1, 2])):
                receipt = {
                    "receipt_no": f"r{number}.{part}", "decision_no": rng.choice([f"d{number}", "no such"]),
                    "paid_on": dt.date(2022, 1, 10), "paid_yuan": 10, "collect_mode": "bank",
                    "_batch_id": "b", "_batch_seq": 2, "_source_row": number, "_loaded_for_on": AS_OF,
                }  # fmt: skip
                _insert(connection, "fine_receipts", receipt)


def _insert(connection: duckdb.DuckDBPyConnection, feed: str, row: dict[str, object]) -> None:
    names, marks = ", ".join(row), ", ".join(f"${name}" for name in row)
    connection.execute(f"insert into raw.{feed} ({names}) values ({marks})", row)


def test_terms_of_workdays_skip_days_off_and_terms_of_days_do_not(built: duckdb.DuckDBPyConnection) -> None:
    terms = built.execute(
        "select begins_on, due_on, limit_value, limit_unit from core.fct_procedure_check where due_on is not null"
    ).fetchall()
    assert {unit for *_, unit in terms} == {"calendar_days", "work_days"}
    for begins, due, limit, unit in terms:
        between = [begins + dt.timedelta(days=n) for n in range(1, (due - begins).days + 1)]
        counted = [day for day in between if unit == "calendar_days" or chinese_calendar.is_workday(day)]
        assert len(counted) == limit
        assert counted[-1] == due


def test_the_law_is_that_of_the_day_on_which_a_term_begins(built: duckdb.DuckDBPyConnection) -> None:
    found = built.execute(
        "select check_id, begins_on >= $day, limit_unit, count(*) from core.fct_procedure_check "
        "where check_id in ('service_time', 'decision_time') group by all order by all",
        {"day": NEW_LAW},
    ).fetchall()
    assert [row[:3] for row in found] == [
        ("decision_time", True, "calendar_days"),
        ("service_time", False, "calendar_days"),
        ("service_time", True, "work_days"),
    ]


def test_a_breach_is_an_act_after_its_last_day_or_one_that_is_still_missing(built: duckdb.DuckDBPyConnection) -> None:
    rows = built.execute(
        "select done_on, due_on, is_breach from core.fct_procedure_check where due_on is not null"
    ).fetchall()
    assert sum(breach for *_, breach in rows) > 20
    assert all(breach == ((done or AS_OF) > due) for done, due, breach in rows)


def test_a_case_with_two_officers_is_one_case(built: duckdb.DuckDBPyConnection) -> None:
    (counts,) = built.execute(
        "select (select count(*) from core.fct_penalty_standing), (select sum(cases_filed) from marts.penalty_procedure), "
        "(select sum(weight) from core.bridge_penalty_case_officer join core.fct_penalty_standing using (case_no)), "
        "(select count(*) from core.bridge_penalty_case_officer)"
    ).fetchall()
    assert counts[0] == counts[1] == round(counts[2]) < counts[3]


def test_money_is_neither_lost_nor_doubled(built: duckdb.DuckDBPyConnection) -> None:
    (sums,) = built.execute(
        "select (select sum(paid_yuan) from core.fct_fine_receipt), (select count(*) from raw.fine_receipts), "
        "(select sum(paid_yuan) + sum(unmatched_yuan) from marts.fine_collection), "
        "(select sum(unmatched_receipts) from marts.fine_collection)"
    ).fetchall()
    assert sums[0] == 10 * sums[1] == sums[2]
    assert sums[3] > 50
