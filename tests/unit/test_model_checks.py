"""What the models' tests found is shown with the rows that they found."""

import json
from pathlib import Path

import duckdb
import pytest

from pipelines.errors import SetupError
from pipelines.publish.contents import dbt_target
from pipelines.quality.model_checks import failed_checks
from pipelines.settings import Settings


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    settings = Settings(home=tmp_path / "home")
    dbt_target(settings).mkdir(parents=True)
    with duckdb.connect(str(settings.build_db)) as connection:
        connection.execute("create schema failures")
        connection.execute(
            "create table failures.key_demolition as select 'ZD01' as squad_id, range as n from range(7)"
        )
    results = [
        {"unique_id": "test.chengguan.key_demolition.1a2b", "status": "warn", "failures": 7, "relation_name": '"warehouse"."failures"."key_demolition"'},
        {"unique_id": "test.chengguan.holds_fines.3c4d", "status": "error", "failures": None, "relation_name": None},
        {"unique_id": "test.chengguan.key_case_closure.5e6f", "status": "pass", "failures": 0, "relation_name": '"warehouse"."failures"."x"'},
        {"unique_id": "model.chengguan.demolition", "status": "error", "failures": None, "relation_name": None},
    ]  # fmt: skip
    (dbt_target(settings) / "run_results.json").write_text(json.dumps({"results": results}))
    return settings


def test_a_test_that_warned_shows_its_first_rows_and_how_many_there_are(home: Settings) -> None:
    warned = failed_checks(home, 2)[0]
    assert (warned.name, warned.status, warned.found) == ("key_demolition", "warn", 7)
    assert (warned.columns, warned.rows) == (["squad_id", "n"], [("ZD01", 0), ("ZD01", 1)])


def test_a_test_that_broke_is_told_without_rows_and_one_that_passed_is_not(home: Settings) -> None:
    assert [(one.name, one.rows) for one in failed_checks(home, 0)] == [("key_demolition", []), ("holds_fines", [])]


def test_before_the_first_night_there_is_nothing_to_show(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="run `chengguan nightly` first"):
        failed_checks(Settings(home=tmp_path / "home"), 5)
