"""The models on a real DuckDB file: on empty tables with every dbt test, and built night by night against built at once."""

import datetime as dt
import shutil
from collections import Counter
from pathlib import Path

import duckdb
import pytest

from pipelines.city import City
from pipelines.publish import parts
from pipelines.settings import Settings
from tests.dbt.random_nights import NIGHTS, Built, Weeks, new_home
from tests.dbt.random_records import FIRST
from tests.dbt.running import run_dbt
from tests.dbt.test_project_rules import Models


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A city without most feeds and without reference tables; dbt's unit tests run here."""
    settings, city = new_home(tmp_path_factory.mktemp("empty"), full=False)
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
        assert all(parts.UNDATED in told for told in noted.values())
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
    assert len({row["week"] for row in built["marts.grid_hotspots"][1]}) > 3
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

    def made(table: str, day: str) -> list[dt.datetime | dt.date]:
        """The days of the table's rows as they stand in it, once it was made whole."""
        run_dbt(settings, city, (NIGHTS[-1], ["run", "--quiet", "--full-refresh", "--select", table]))
        with duckdb.connect(str(settings.build_db), read_only=True) as connection:
            return [row[0] for row in connection.execute(f"select {day} from core.{table} order by rowid").fetchall()]

    for table, day in {"fct_platform_case": "reported_at", "agg_case_day": "date_on", "agg_case_week": "week"}.items():
        assert (days := made(table, day)) == sorted(days), table
    # What is made of more cases than it joins them with keeps their order within its blocks: each is of few days.
    with duckdb.connect(str(settings.build_db)) as connection:
        connection.execute(
            "create or replace table core.fct_platform_case as "
            "select * replace (case_id || '-' || range as case_id) from core.fct_platform_case, range(300) order by reported_at, range"
        )
    for table, day in {"fct_case_standing": "reported_on", "fct_evaluation_case": "counted_on"}.items():
        days = made(table, day)
        blocks = [days[at : at + 10_000] for at in range(0, len(days), 10_000)]
        assert len(blocks) > 20
        spans = sum(((max(block) - min(block)) for block in blocks), dt.timedelta())
        assert spans < 4 * (max(days) - min(days)), table
