"""The team's marts over a simulated city: nothing is counted twice, sums agree however they are grouped, and history stays as it was.

One small city is built as of the report's date; then a street changes hands, a later date comes, and it is built again.
"""

import datetime as dt
import shutil
from itertools import combinations
from pathlib import Path
from typing import Any

import duckdb
import pytest
from pydantic import SecretStr

from pipelines.city import load_city
from pipelines.landing.ingest import ingest_feed
from pipelines.landing.reference import load_reference
from pipelines.settings import PROJECT_ROOT, Settings
from pipelines.simulator import simulate
from tests.dbt.running import run_dbt

pytestmark = pytest.mark.slow

THEN, LATER, MOVED_ON = dt.date(2017, 9, 25), dt.date(2017, 12, 31), dt.date(2017, 10, 1)
MARTS = ("staffing", "joint_operations", "training", "squad_workload", "squad_capacity", "squad_coverage")
#: {mart: (what it is grouped by, what adds up)}.
ADDITIVE = {
    "joint_operations": (("month", "lead_org", "partner_org"), ("operations", "findings")),
    "training": (("month", "kind", "org_id", "squad_id"), ("sessions", "attendances", "hours", "taken", "passed")),
    "squad_workload": (("month", "squad_id"), ("penalty_cases", "duty_hours", "stability_hours", "cross_squad_hours")),
    "staffing": (("as_of", "org_id", "staff_type"), ("posts", "leader_posts", "headcount", "frontline_headcount")),
}
Tables = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory) -> dict[dt.date, Path]:
    """{as-of date: the build}. Between the two the street 652301004 goes from the fourth squad to the second."""
    folder = tmp_path_factory.mktemp("team")
    shutil.copytree(PROJECT_ROOT / "cities/changji", folder / "cities/changji")
    settings = Settings(
        home=folder / "home", city="changji", cities=folder / "cities", inbox=folder / "inbox",
        hash_key=SecretStr("a key for tests only, not a secret"),
    )  # fmt: skip
    city = load_city(settings)
    simulate(folder / "inbox", cases=120, city=city)
    select = ["run", "--quiet", "--full-refresh", "--select", *(f"+{mart}" for mart in MARTS)]
    built = {}
    for day in (THEN, LATER):
        load_reference(settings, city)
        for feed in city.feeds:
            assert not ingest_feed(settings, city, feed, day).problems
        run_dbt(settings, city, (day, select))
        built[day] = folder / f"{day}.duckdb"
        shutil.copy(settings.build_db, built[day])
        areas = settings.city_dir / "reference/squad_areas.csv"
        moved = areas.read_text().replace("ZD04,652301004,2011-01-01,", f"ZD04,652301004,2011-01-01,{MOVED_ON}")
        areas.write_text(f"{moved}ZD02,652301004,{MOVED_ON},\n")
    return built


def _ask(build: Path, question: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(build), read_only=True) as connection:
        return connection.execute(question).fetchall()


@pytest.mark.parametrize("mart", ADDITIVE)
def test_sums_agree_however_they_are_grouped(builds: dict[dt.date, Path], mart: str) -> None:
    groups, measures = ADDITIVE[mart]
    columns = ", ".join(f"sum({name}) as {name}" for name in measures)
    totals = _ask(builds[THEN], f"select {columns} from marts.{mart}")
    assert all(totals[0])
    for count in range(1, len(groups) + 1):
        for chosen in combinations(groups, count):
            by = ", ".join(chosen)
            again = f"select {columns} from (select {by}, {columns} from marts.{mart} group by {by})"
            assert _ask(builds[THEN], again) == totals, by


def test_no_operation_is_counted_twice_through_two_partners(builds: dict[dt.date, Path]) -> None:
    assert _ask(builds[THEN], "select max(n) from (select count(*) as n from core.bridge_joint_operation_partner group by operation_no)") > [(2,)]  # fmt: skip
    assert _ask(
        builds[THEN],
        "select operation_no from core.bridge_joint_operation_partner group by 1 having sum(weight) <> 1",
    ) == []  # fmt: skip
    for column, in_facts in (("operations", "count(*)"), ("findings", "sum(findings)")):
        [(ours,)] = _ask(builds[THEN], f"select sum({column}) from marts.joint_operations")
        assert [(ours,)] == _ask(builds[THEN], f"select {in_facts} from core.fct_joint_operation")


def test_what_the_facts_hold_is_what_the_marts_add_up_to(builds: dict[dt.date, Path]) -> None:
    for in_mart, in_facts in (
        ("sum(duty_hours), sum(cross_squad_hours) from marts.squad_workload",
         "sum(duty_hours), sum(duty_hours) filter (where is_away_from_home) from core.fct_duty"),
        ("sum(sessions), sum(attendances) from marts.training",
         "count(distinct coalesce(session_no, record_no)), count(*) from core.fct_training"),
        (f"sum(headcount), sum(frontline_headcount) from marts.staffing where as_of = date '{THEN}'",
         "count(*), count(*) filter (where is_frontline) from core.fct_staff where is_in_service"),
    ):  # fmt: skip
        assert _ask(builds[THEN], f"select {in_mart}") == _ask(builds[THEN], f"select {in_facts}")


def test_a_squad_that_changes_streets_does_not_rewrite_history(builds: dict[dt.date, Path]) -> None:
    for table, until in {
        "core.fct_duty": "on_duty_on <= date '2017-09-25'",
        "core.fct_joint_operation": "operated_on <= date '2017-09-25'",
        "core.fct_training": "held_on <= date '2017-09-25'",
        "core.fct_staff_month": "month < date '2017-09-01'",
        "marts.squad_workload": "month < date '2017-09-01'",
        "marts.squad_capacity": "month < date '2017-09-01'",
        "marts.staffing": "month < date '2017-09-01'",
    }.items():
        # Another build reads the same records from the same batches, so that even their places are the same.
        asked = f"select * from {table} where {until} order by all"
        before = _ask(builds[THEN], asked)
        assert before and before == _ask(builds[LATER], asked), table


def test_from_the_day_on_the_street_is_the_new_squads(builds: dict[dt.date, Path]) -> None:
    owners = "select squad_id from marts.squad_coverage where street_code = '652301004'"
    assert (_ask(builds[THEN], owners), _ask(builds[LATER], owners)) == ([("ZD04",)], [("ZD02",)])
    streets = "select squad_id, streets from marts.squad_capacity where squad_id in ('ZD02', 'ZD04') and as_of = date "
    assert sorted(_ask(builds[LATER], f"{streets} '2017-09-30'")) == [("ZD02", 1), ("ZD04", 1)]
    assert sorted(_ask(builds[LATER], f"{streets} '2017-12-31'")) == [("ZD02", 2), ("ZD04", 0)]


def test_no_person_is_in_what_is_served_of_the_team(builds: dict[dt.date, Path]) -> None:
    columns = _ask(
        builds[THEN],
        "select table_name, column_name from duckdb_columns() where schema_name in ('core', 'marts')",
    )
    assert not [line for line in columns if line[1].endswith(("_hash", "_mask")) and line[0] != "bridge_penalty_case_officer"]  # fmt: skip
    assert not [line for line in columns if line[1] in ("staff_no", "staff_name", "enforcement_cert_no", "position")]
