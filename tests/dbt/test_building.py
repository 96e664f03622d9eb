"""The models on a real DuckDB file: on empty tables with every dbt test, and built night by night against built at once."""

import datetime as dt
import itertools
import json
import random
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines import kept
from pipelines.city import City, load_city
from pipelines.feeds import FEEDS
from pipelines.landing.reference import load_reference
from pipelines.landing.store import write_connection
from pipelines.publish import parts
from pipelines.settings import PROJECT_ROOT, Settings
from tests.dbt.conftest import run_dbt
from tests.dbt.random_records import FIRST, appeal, building, case, demolition, penalty, step, ticket
from tests.dbt.test_project_rules import Models
from tests.dbt.weeks import touched_parts, weeks_of

#: August is frozen on the 10th, in the midst of these nights.
NIGHTS = [FIRST + dt.timedelta(days=n) for n in range(5)]
#: The number of the batch that came for each night.
NUMBERS = {NIGHTS[0]: 1, NIGHTS[1]: 3, NIGHTS[2]: 2, NIGHTS[4]: 4}
Row = dict[str, Any]
Built = dict[str, tuple[list[Row], list[Row], list[Row]]]


def _home(folder: Path, *, full: bool) -> tuple[Settings, City]:
    cities = PROJECT_ROOT / ("cities" if full else "tests/real/cities")
    settings = Settings(home=folder, city="changji" if full else "message_board", cities=cities)
    city = load_city(settings)
    load_reference(settings, city)
    return settings, city


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A city without most feeds and without reference tables; dbt's unit tests run here."""
    settings, city = _home(tmp_path_factory.mktemp("empty"), full=False)
    run_dbt(settings, city, (FIRST, ["build", "--quiet"]))
    return settings


def test_models_stand_on_empty_tables_and_every_dbt_test_passes(empty: Settings) -> None:
    with duckdb.connect(str(empty.build_db), read_only=True) as connection:
        assert connection.execute("select count(*) from marts.case_closure").fetchall() == [(0,)]
        assert connection.execute("select squad_id from core.dim_squad").fetchall() == [("unassigned",)]


def test_the_columns_that_are_built_are_those_that_the_yaml_describes(empty: Settings, models: Models) -> None:
    with duckdb.connect(str(empty.build_db), read_only=True) as connection:
        found = connection.execute(
            "select schema_name, table_name, list(column_name order by column_index) from duckdb_columns() group by all"
        ).fetchall()
    built = {(schema, table): columns for schema, table, columns in found}
    described = {(model["schema"], model["name"]): list(model["columns"]) for model in models}
    assert {name: built.get(name) for name in described} == described


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, City]:
    settings, city = _home(tmp_path_factory.mktemp("nights"), full=True)
    _fill(settings)
    return settings, city


#: Of a night: what each week of each large fact held before and after it, and which weeks it noted to have touched.
Weeks = list[tuple[dict[str, dict[str, str]], dict[str, dict[str, str]], dict[str, set[str]]]]


@pytest.fixture(scope="module")
def weeks() -> Weeks:
    return []  # `built` fills it


@pytest.fixture(scope="module")
def built(world: tuple[Settings, City], manifest: dict[str, Any], weeks: Weeks) -> Built:
    """{table: (built night by night, built at once, built on an old day and then on the last)}. The nights come in an order in which
    batches were not loaded; each brings some feeds only, the last but one none, and only what follows from them is built."""
    settings, city = world
    with write_connection(settings) as connection:
        came = {night: _states(connection, night) for night in NIGHTS}

    def after(before: dt.date, night: dt.date) -> tuple[dt.date, list[str]]:
        chosen = kept.to_build(manifest, kept.Kept(before, came[before], {}), came[night], night)
        assert chosen
        assert len(chosen) < sum(key.startswith("model.") for key in manifest["nodes"])
        return night, [*_seen(before), "run", "--quiet", "--select", *chosen]

    run_dbt(settings, city, (NIGHTS[0], ["run", "--quiet"]))
    for before, night in itertools.pairwise(NIGHTS):
        was = weeks_of(settings, manifest)
        run_dbt(settings, city, after(before, night))
        weeks.append((was, weeks_of(settings, manifest), touched_parts(settings)))
    by_night = _tables(settings)
    everything = ["run", "--quiet", "--full-refresh"]
    run_dbt(settings, city, (NIGHTS[-1], everything))
    at_once = _tables(settings)
    run_dbt(settings, city, (NIGHTS[1], everything), after(NIGHTS[1], NIGHTS[-1]))
    after_old = _tables(settings)
    assert by_night.keys() == at_once.keys() == after_old.keys()
    return {name: (by_night[name], at_once[name], after_old[name]) for name in at_once}


@pytest.mark.slow
def test_building_what_is_new_gives_the_same_as_building_everything(built: Built) -> None:
    assert not [name for name, (by_night, at_once, _) in built.items() if by_night != at_once]


@pytest.mark.slow
def test_a_night_after_one_that_was_run_again_gives_the_same_as_building_everything(built: Built) -> None:
    assert not [name for name, (_, at_once, after_old) in built.items() if after_old != at_once]


@pytest.mark.slow
def test_what_a_night_makes_another_lies_in_the_weeks_that_it_has_noted(built: Built, weeks: Weeks) -> None:
    assert built and len(weeks) == len(NIGHTS) - 1
    left = set()
    for was, now, noted in weeks:
        assert all(parts.UNDATED in weeks for weeks in noted.values())
        for table, told in noted.items():
            assert set(parts.differing(was[table], now[table])) <= told, table
            left |= {table} if now[table].keys() - told else set()
    # Steps are of a few weeks only, all of which every night touches.
    assert left == noted.keys() - {"core.fct_case_step"}, "some weeks are not noted"


@pytest.mark.slow
def test_the_comparison_is_about_something(built: Built) -> None:
    for name in ("platform_case", "case_step", "hotline_ticket", "penalty_case", "illegal_building", "demolition"):
        assert len(built[f"core.fct_{name}"][1]) > 20
    assert any(row["is_repeat"] for row in built["core.fct_hotline_ticket"][1])
    assert any(row["stopped_seconds"] for row in built["core.fct_platform_case"][1])
    standing = built["core.fct_case_standing"][1]
    assert len(standing) < len(built["core.fct_platform_case"][1]), "some are reported later than the last night"
    settled = Counter((row["settled_on"] > FIRST) + (row["settled_on"] > NIGHTS[-1]) for row in standing)
    assert min(settled[0], settled[1], settled[2]) > 5, "before the first night, between them, and after the last"
    assert all(
        sum(row[count] for row in standing) for count in ("overdue_open", "closed_late", "verify_due", "reopened")
    )
    assert any(row["upheld"] for row in built["core.fct_evaluation_appeal"][1])
    assert any(row["frozen_on"] == NIGHTS[2] for row in built["core.fct_evaluation_frozen_case"][1])


@pytest.mark.slow
def test_large_facts_that_are_made_whole_stand_in_the_order_of_their_day(
    world: tuple[Settings, City], built: Built, tmp_path: Path
) -> None:
    assert built
    home, city = world
    settings = home.model_copy(update={"home": tmp_path})
    settings.build_dir.mkdir(parents=True)
    shutil.copyfile(home.build_db, settings.build_db)
    days = {"fct_case_standing": "reported_on", "fct_evaluation_case": "counted_on", "agg_case_day": "date_on"}
    run_dbt(settings, city, (NIGHTS[-1], ["run", "--quiet", "--full-refresh", "--select", *days]))
    with duckdb.connect(str(settings.build_db), read_only=True) as connection:
        for table, day in days.items():
            found = [row[0] for row in connection.execute(f"select {day} from core.{table} order by rowid").fetchall()]
            assert found == sorted(found), table


#: Tables whose tests look at changed rows only, with their keys.
LARGE = {
    "core.fct_platform_case": "case_id", "core.fct_case_standing": "case_id", "core.fct_case_step": "step_id",
    "core.fct_evaluation_case": "case_id", "core.fct_evaluation_frozen_case": "frozen_on", "core.agg_case_day": "date_on",
    "intermediate.int_case_deadlines": "case_id", "intermediate.int_case_step_marks": "case_id",
}  # fmt: skip
#: A night after this one knows that it changed what batch 4 brought, what was frozen on the third night and what is not settled.
SEEN = ["CHENGGUAN_SEEN_SEQ=3", f"CHENGGUAN_SEEN_ON={NIGHTS[1].isoformat()}"]


@pytest.mark.slow
def test_a_row_that_is_wrong_is_found_the_same_night_where_it_can_have_changed_and_else_at_the_whole_judgement(
    world: tuple[Settings, City], built: Built, manifest: dict[str, Any], tmp_path: Path
) -> None:
    assert built
    home, city = world
    tests = {
        key: node for key, node in manifest["nodes"].items() if str(node["config"].get("where")).startswith("rows ")
    }
    tables = {manifest["nodes"][node["attached_node"]]["relation_name"].replace('"', "") for node in tests.values()}
    assert {name.partition(".")[2] for name in tables} == LARGE.keys()
    settings = home.model_copy(update={"home": tmp_path})
    settings.build_dir.mkdir(parents=True)

    def found(planted: str, stated: list[str]) -> set[str]:
        shutil.copyfile(home.build_db, settings.build_db)
        with duckdb.connect(str(settings.build_db)) as connection:
            for table, key in LARGE.items():
                _plant(connection, table, key, is_old=planted == "old")
        run_dbt(
            settings,
            city,
            (NIGHTS[-1], [*stated, "test", "--quiet", "--select", *(n["name"] for n in tests.values())]),
            may_fail=True,
        )
        results = json.loads((settings.build_dir / "dbt" / "run_results.json").read_bytes())["results"]
        assert {one["unique_id"] for one in results if one["unique_id"].startswith("test.")} == tests.keys()
        return {one["unique_id"] for one in results if one["status"] == "fail"}

    in_part = [*SEEN, "CHENGGUAN_JUDGE_WHOLE="]
    assert found("new", in_part) == tests.keys()
    assert found("old", in_part) == set()
    assert found("old", SEEN) == tests.keys(), "which tests look at a part is told, or none does"
    assert found("old", [*SEEN, f"CHENGGUAN_JUDGE_WHOLE={' '.join(tests)}"]) == tests.keys()


def _plant(connection: duckdb.DuckDBPyConnection, table: str, key: str, *, is_old: bool) -> None:
    """A row twice, one of which something came on the last night, or one that no night can have looked at."""
    names = [row[0] for row in connection.execute(f"describe {table}").fetchall()]
    other = {
        "case_id": "'planted'",
        "step_id": "'planted'",
        "date_on": "date '2000-01-01'",
        "frozen_on": "date '2000-01-01'",
    }
    values = {"core.fct_case_standing": {"handled": "7"}, "core.fct_platform_case": {"stopped_seconds": "-1"}}.get(
        table, {}
    )
    if is_old:
        values |= {key: other[key]} | (
            {"settled_on": "date '2000-01-01'", "_batch_seq": "1"} if table.endswith(("standing", "step")) else {}
        )
    changed = {
        "case_id": "case_id in (select case_id from raw.platform_cases where _batch_seq > 3)", "step_id": "_batch_seq > 3",
        "frozen_on": f"frozen_on > date '{NIGHTS[1]}'",
        "date_on": "date_on in (select reported_at::date from raw.platform_cases where _batch_seq > 3)",
    }[key]  # fmt: skip
    row = ", ".join(f"{values[name]} as {name}" if name in values else name for name in names)
    connection.execute(
        f"insert into {table} select {row} from (select * from {table} where {changed} limit 1), range(2)"
    )


def _tables(settings: Settings) -> dict[str, list[Row]]:
    with duckdb.connect(str(settings.build_db), read_only=True) as connection:
        names = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() where schema_name in ('core', 'marts', 'intermediate')"
        ).fetchall()
        return {name: connection.sql(f"select * from {name} order by all").pl().to_dicts() for (name,) in names}


def _states(connection: duckdb.DuckDBPyConnection, night: dt.date) -> dict[str, str]:
    """The sources' states as a ledger would give them; these records were loaded without one."""
    states = kept.states(connection, night)
    for feed in FEEDS:
        counted = f"select count(*) from raw.{feed} where _loaded_for_on <= $night"
        states[f"raw.{feed}"] = str(connection.execute(counted, {"night": night}).fetchall())
    return states


def _seen(before: dt.date) -> list[str]:
    """What the nightly run tells dbt of the build before this one: all batches were there from the first night on."""
    with duckdb.connect() as ledger:
        ledger.execute("create schema ops; create table ops.ledger (loaded_for_on date, batch_seq bigint)")
        ledger.executemany("insert into ops.ledger values (?, ?)", list(NUMBERS.items()))
        told = kept.seen(ledger, kept.Kept(before, {"ops.ledger": "4:4:0:0"}, {}), {})
    return [f"{name}={value}" for name, value in told.items()]


def _fill(settings: Settings) -> None:
    """Random records, each in up to three versions, loaded in nights that do not follow the order of their batches."""
    rng = random.Random(5)
    kinds = {
        "platform_cases": (case, "case_id", 900), "platform_case_flow": (step, "step_id", 400), "evaluation_appeals": (appeal, "appeal_no", 60),
        "hotline_tickets": (ticket, "ticket_id", 60), "penalty_cases": (penalty, "case_no", 40),
        "illegal_buildings": (building, "building_case_no", 30), "demolitions": (demolition, "demolition_no", 40),
    }  # fmt: skip
    with write_connection(settings) as connection:
        for feed, (draw, key, count) in kinds.items():
            open_nights = [NIGHTS[0], rng.choice(NIGHTS[1:3]), NIGHTS[4]]
            for number in range(count):
                # Most come on the first night and never again: what a night need not look at.
                nights = sorted(rng.sample(open_nights, rng.randint(1, 3))) if rng.random() < 0.3 else open_nights[:1]
                for at, night in enumerate(nights):
                    seq = NUMBERS[night]
                    later = nights[at + 1] if at + 1 < len(nights) else None
                    by = NUMBERS[later] if later else None
                    row = draw(rng) | {
                        key: f"{number}", "_batch_id": f"b{seq}", "_batch_seq": seq, "_source_row": number,
                        "_loaded_for_on": night, "_superseded_for_on": later, "_superseded_by_seq": by,
                    }  # fmt: skip
                    names = ", ".join(row)
                    connection.execute(
                        f"insert into raw.{feed} ({names}) values ({', '.join(f'${name}' for name in row)})", row
                    )
