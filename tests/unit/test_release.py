"""Releases: what is served, when a release becomes the current one, and what survives a killed run.

The build file here is a small fake with the schemas of the real one; the whole night is run in `tests/pipeline`.
"""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.city import City, CityProfile
from pipelines.errors import SetupError
from pipelines.feeds import FEEDS
from pipelines.landing.quarantine import ACTIONS
from pipelines.publish import package, release
from pipelines.publish.contents import served_tables
from pipelines.quality.history import create_tables
from pipelines.settings import Settings

DAY = dt.date(2017, 9, 25)


def model(schema: str, name: str, **about: Any) -> dict[str, Any]:
    return {
        "resource_type": "model", "schema": schema, "name": name, "alias": name, "description": f"the {name}",
        "meta": {}, "config": {"materialized": "table", "meta": {"zh": f"表 {name}", **about}},
        "columns": {"n": {"description": "a number", "config": {"meta": {"zh": "数"}}}},
    }  # fmt: skip


MANIFEST = {
    "nodes": {
        "model.c.totals": model("marts", "totals"),
        "model.c.fct_cases": model("core", "fct_cases"),
        "model.c.dim_person": model("core", "dim_person", served=False),
        "model.c.int_steps": model("intermediate", "int_steps"),
        "test.c.unique": {**model("marts", "unique"), "resource_type": "test"},
    }
}


@pytest.fixture
def city() -> City:
    facts = {"id": "probe", "name_zh": "测试市", "name_en": "Probe", "first_day": "2011-01-01"}
    return City(Path("nowhere"), CityProfile.model_validate({"city": facts}), {})


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(home=tmp_path / "home", site=False)
    settings.build_dir.mkdir(parents=True)
    with duckdb.connect(str(settings.build_db)) as con:
        for schema in ("marts", "core", "intermediate", "ops"):
            con.execute(f"CREATE SCHEMA {schema}")
        con.execute("CREATE TABLE marts.totals AS SELECT 3 AS n, 1.25::DECIMAL(14,2) AS area_m2")
        con.execute("CREATE TABLE core.fct_cases AS SELECT range AS n, 'a''b' AS said FROM range(100)")
        con.execute("CREATE TABLE core.dim_person AS SELECT 'h' AS name_hash")
        con.execute(
            """CREATE TABLE ops.ledger AS SELECT 'b1' AS batch_id, DATE '2017-09-20' AS loaded_for_on,
               10::BIGINT AS rows_read, 9::BIGINT AS rows_loaded, 1::BIGINT AS rows_quarantined,
               0::BIGINT AS rows_superseded, 'demolitions' AS feed, DATE '2017-01-05' AS first_record_on,
               DATE '2017-09-19' AS last_record_on, 0::BIGINT AS rows_dismissed"""
        )
        create_tables(con)
        con.execute(ACTIONS)
    return settings


def change(settings: Settings, sql: str) -> None:
    with duckdb.connect(str(settings.build_db)) as con:
        con.execute(sql)


def publish(settings: Settings, city: City, as_of: dt.date = DAY) -> release.ReleaseInfo:
    return release.publish(settings, city, as_of, {"passed": 3}, manifest=MANIFEST)


def query(settings: Settings, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(settings.current / package.FILE_NAME), read_only=True) as con:
        return con.execute(sql).fetchall()


def test_what_is_served_is_marts_and_core_unless_marked() -> None:
    assert [table.label for table in served_tables(MANIFEST)] == ["marts.totals", "core.fct_cases"]


def test_a_release_holds_the_tables_and_says_what_they_are(settings: Settings, city: City) -> None:
    info = publish(settings.model_copy(update={"site": True}), city)
    assert (info.id, info.outcome, info.is_current) == ("20170925.1", "published", True)
    assert sorted(path.name for path in info.path.iterdir()) == [
        "bi", "catalogue", "manifest.json", "parquet", "semantic_manifest.json", "serving.duckdb", "site",
    ]  # fmt: skip
    assert sorted(info.manifest["site"]["pages"]) == sorted(path.stem for path in (info.path / "site/data").iterdir())
    assert query(settings, "SELECT n, area_m2::VARCHAR FROM marts.totals") == [(3, "1.25")]
    assert query(settings, "SELECT release_id, as_of FROM meta.release") == [("20170925.1", DAY)]
    assert query(settings, "SELECT batch_id FROM meta.batches") == [("b1",)]
    comments = dict(query(settings, "SELECT table_name, comment FROM duckdb_tables()"))
    assert comments["totals"] == "表 totals\nthe totals"
    assert ("数\na number",) in query(settings, "SELECT comment FROM duckdb_columns() WHERE column_name = 'n'")
    schemas = "SELECT DISTINCT schema_name FROM duckdb_tables() ORDER BY 1"
    assert query(settings, schemas) == [("core",), ("marts",), ("meta",)]
    assert duckdb.sql(f"FROM '{info.path}/parquet/core/fct_cases.parquet'").count("*").fetchall() == [(100,)]


def test_a_release_counts_what_was_set_aside_by_its_own_day(settings: Settings, city: City) -> None:
    acts = ((1, "r1", "dismissed", DAY), (2, "r2", "dismissed", DAY + dt.timedelta(days=1)))
    for seq, row, action, day in acts:
        change(
            settings,
            f"""INSERT INTO ops.quarantine_actions (action_seq, feed, batch_id, row_id, action, acted_by, acted_for_on, acted_at_utc)
                VALUES ({seq}, 'f', 'b1', '{row}', '{action}', 'Li', DATE '{day}', now())""",
        )
    change(settings, "UPDATE ops.ledger SET rows_read = 12, rows_quarantined = 1, rows_dismissed = 2")
    publish(settings, city)
    assert query(settings, "SELECT rows_loaded, rows_quarantined, rows_dismissed FROM meta.batches") == [(9, 2, 1)]


def test_the_manifest_tells_the_whole_release(settings: Settings, city: City) -> None:
    about = json.loads((publish(settings, city).path / "manifest.json").read_text())
    assert about["as_of"] == "2017-09-25"
    assert about["city"]["id"] == "probe"
    assert about["checks"] == {"passed": 3}
    assert about["ledger"] == {
        "batches": 1, "rows_read": 10, "rows_loaded": 9, "rows_quarantined": 1, "rows_dismissed": 0, "rows_superseded": 0,
    }  # fmt: skip
    assert {table["name"]: table["rows"] for table in about["tables"]} == {
        "marts.totals": 1, "core.fct_cases": 100, "meta.batches": 1, "meta.metrics": 0,
        "meta.mart_columns": 0, "meta.report_figures": 0, "meta.feeds": len(FEEDS), "meta.relations": 2, "meta.quality": 0,
            "meta.geometry": 0,
    }  # fmt: skip
    assert about["libraries"]["duckdb"] == duckdb.__version__


def test_the_same_content_is_not_published_twice(settings: Settings, city: City) -> None:
    first = publish(settings, city)
    change(settings, "CREATE OR REPLACE TABLE core.fct_cases AS SELECT * FROM core.fct_cases ORDER BY n DESC")
    again = publish(settings, city)
    assert (again.id, again.outcome) == (first.id, "unchanged")
    change(settings, "UPDATE marts.totals SET n = 4")
    changed = publish(settings, city)
    assert (changed.id, changed.outcome) == ("20170925.2", "published")
    assert query(settings, "SELECT n FROM marts.totals") == [(4,)]


def test_an_earlier_day_is_published_but_readers_keep_theirs(settings: Settings, city: City) -> None:
    publish(settings, city)
    earlier = publish(settings, city, DAY - dt.timedelta(days=3))
    assert (earlier.outcome, earlier.is_current) == ("published_not_current", False)
    current = release.current_release(settings)
    assert current is not None and current.id == "20170925.1"
    assert release.rollback(settings, earlier.id).is_current
    assert settings.current.resolve() == earlier.path.resolve()
    assert publish(settings, city).outcome == "switched"  # the night's own day again: its release is already there


def test_a_ledger_of_later_days_does_not_change_an_old_release(settings: Settings, city: City) -> None:
    publish(settings, city)
    change(settings, "INSERT INTO ops.ledger SELECT 'b2', DATE '2017-09-26', 1, 1, 0, 0, 'demolitions', NULL, NULL, 0")
    assert publish(settings, city).outcome == "unchanged"


def test_rollback_goes_to_the_one_before_and_names_what_it_cannot(settings: Settings, city: City) -> None:
    with pytest.raises(SetupError):
        release.rollback(settings)
    publish(settings, city)
    change(settings, "UPDATE marts.totals SET n = 4")
    publish(settings, city)
    assert release.rollback(settings).id == "20170925.1"
    with pytest.raises(SetupError) as refused:
        release.rollback(settings, "20990101.1")
    assert "20170925.2" in refused.value.render()


def test_prune_keeps_three_and_the_current_one(settings: Settings, city: City) -> None:
    for n in range(6):
        change(settings, f"UPDATE marts.totals SET n = {n + 10}")
        publish(settings, city)
    release.rollback(settings, "20170925.1")
    (settings.releases / ".tmp-20170925.7" / "parquet").mkdir(parents=True)
    assert release.prune(settings, keep=0) == ["20170925.3", "20170925.2", ".tmp-20170925.7"]
    assert [kept.id for kept in release.list_releases(settings)] == [
        "20170925.6", "20170925.5", "20170925.4", "20170925.1",
    ]  # fmt: skip
    assert release.leftovers(settings) == []


def test_a_run_killed_while_writing_leaves_the_current_release(
    settings: Settings, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(settings, city)
    change(settings, "UPDATE marts.totals SET n = 5")

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(release.package, "write", die)
        with pytest.raises(KeyboardInterrupt):
            publish(settings, city)
    assert query(settings, "SELECT n FROM marts.totals") == [(3,)]
    assert publish(settings, city).id == "20170925.2"
    assert release.leftovers(settings) == []


@pytest.mark.parametrize("column", ["reporter_phone", "caller_hash", "caller_mask"])
def test_personal_columns_are_refused(settings: Settings, city: City, column: str) -> None:
    change(settings, f"ALTER TABLE marts.totals ADD COLUMN {column} VARCHAR")
    with pytest.raises(SetupError, match=column):
        publish(settings, city)
    assert not settings.current.exists()


def test_the_file_is_whole_and_old_clients_can_read_it(settings: Settings, city: City) -> None:
    info = publish(settings, city)
    assert not (info.path / "serving.duckdb.wal").exists()
    with duckdb.connect() as con:
        con.execute(f"ATTACH '{info.path / package.FILE_NAME}' AS serving (READ_ONLY)")
        [[tags]] = con.execute("SELECT tags FROM duckdb_databases() WHERE database_name = 'serving'").fetchall()
    assert tags["storage_version"].startswith("v1.0.0")


def test_an_empty_home_says_what_to_do(tmp_path: Path, city: City) -> None:
    with pytest.raises(SetupError, match="chengguan nightly"):
        publish(Settings(home=tmp_path), city)


def test_who_opens_the_served_file_by_its_safe_address_reaches_no_other_file(settings: Settings, city: City) -> None:
    publish(settings, city)
    home = settings.home
    (home / "secret.csv").write_text("n\n1\n", encoding="utf-8")
    safe = {"access_mode": "read_only", "enable_external_access": "false", "lock_configuration": "true"}
    with duckdb.connect(str(settings.current / package.FILE_NAME), config=safe) as connection:
        for reach in (
            f"select * from '{home}/secret.csv'", f"select * from read_text('{home}/secret.csv')", f"attach '{settings.build_db}'",
            f"copy marts.totals to '{home}/stolen.csv'", "install httpfs", "load httpfs", "set enable_external_access = true",
            "set lock_configuration = false", f"export database '{home}/stolen'", f"select * from glob('{home}/*')",
        ):  # fmt: skip
            with pytest.raises(duckdb.Error):
                connection.execute(reach).fetchall()
    assert not list(home.glob("stolen*"))
