"""The comparison of `make spark-parity` finds what differs, and lets floats differ by what it says and no more."""

from pathlib import Path

import duckdb
import pytest

from tools.spark_parity import environment, records
from tools.spark_parity.compare import Outcome, compare_one

TABLE = "select * from (values (1, 'a', 0.1::double), (1, 'a', 0.1::double), (2, null, null)) as t (id, name, share)"


def compared(tmp_path: Path, theirs: str, ours: str = TABLE) -> Outcome:
    with duckdb.connect() as con:
        con.execute(f"create schema marts; create table marts.some as {ours}")
        con.execute(f"copy ({theirs}) to '{tmp_path / 'rows.parquet'}' (format parquet)")
        return compare_one(con, "marts", "some", tmp_path)


def test_the_same_rows_in_another_order_are_equal(tmp_path: Path) -> None:
    assert compared(tmp_path, f"{TABLE} order by id desc") == Outcome("marts", "some", 3, (), 0, 0)


@pytest.mark.parametrize(
    ("theirs", "differing"),
    [
        (f"select * replace (if(id = 2, 'b', name) as name) from ({TABLE})", ("name",)),
        (f"select * from ({TABLE}) where id = 1", ("id", "name")),
        (f"select distinct * from ({TABLE})", ("id", "name")),
        (f"select * replace (share + 1e-6 as share) from ({TABLE})", ("share",)),
        (f"select * replace (coalesce(share, 0) as share) from ({TABLE})", ("share",)),
        (f"select * replace (id::bigint as id) from ({TABLE})", ("id",)),
        (f"select * exclude (name) from ({TABLE})", ("name",)),
        (f"select name, id, share from ({TABLE})", ("order",)),
    ],
)
def test_what_differs_is_named(tmp_path: Path, theirs: str, differing: tuple[str, ...]) -> None:
    outcome = compared(tmp_path, theirs)
    assert not outcome.is_equal
    assert outcome.differing == differing


def test_floats_may_differ_by_what_an_other_order_of_adding_makes(tmp_path: Path) -> None:
    assert compared(tmp_path, f"select * replace (share + 1e-12 as share) from ({TABLE})").is_equal


def test_a_table_that_spark_did_not_make_is_no_equal_one(tmp_path: Path) -> None:
    with duckdb.connect() as con:
        con.execute(f"create schema marts; create table marts.some as {TABLE}")
        assert not compare_one(con, "marts", "some", tmp_path).is_equal


def test_every_source_of_the_models_goes_to_spark() -> None:
    assert {schema for schema, _ in records.sources()} == {"raw", "reference", "ops"}
    assert ("raw", "platform_cases") in records.sources()


def test_both_environments_have_the_same_dbt() -> None:
    assert environment.version("dbt-core") == environment.version(
        "dbt-core", environment.LOCK.with_name("requirements.lock")
    )
