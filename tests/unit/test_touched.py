"""When what a night noted to have touched may be gone by, and that a release is whole where it may not."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from pipelines.publish import digests, package, parts
from pipelines.publish.contents import Served
from pipelines.publish.touched import Touched, since

#: A Monday, the Wednesday after it, and the Monday of the next week.
MONDAY, WEDNESDAY, NEXT_MONDAY = dt.date(2017, 9, 18), dt.date(2017, 9, 20), dt.date(2017, 9, 25)
CASES = Served("core", "fct_case", "cases", parts="reported_on")
BUILT = "2017-09-18 03:00:00.123456"


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    """A build that went on from BUILT and touched two weeks of its cases."""
    with duckdb.connect() as con:
        con.execute("ATTACH ':memory:' AS build; CREATE SCHEMA build.ops; CREATE SCHEMA build.core")
        con.execute(f"CREATE TABLE build.ops.build_state AS SELECT TIMESTAMP '{BUILT}' AS went_on_from")
        con.execute("CREATE TABLE build.ops.build_sources AS SELECT 'raw.platform_cases' AS source")
        con.execute(
            """CREATE TABLE build.ops.touched_parts AS FROM (VALUES
               ('core.fct_case', DATE '2017-09-11'), ('core.fct_case', DATE '2017-09-18'), ('core.fct_case', NULL)) AS t (relation, part)"""
        )
        con.execute(
            "CREATE TABLE build.core.fct_case AS SELECT range AS n, DATE '2017-08-01' + (range % 50)::INTEGER AS reported_on FROM range(2000)"
        )
        yield con


@pytest.fixture(autouse=True)
def _few_rows_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "MOST_ROWS_WHOLE", 1000)


def release(con: duckdb.DuckDBPyConnection, **other: Any) -> dict[str, Any]:
    """The manifest of a release of what the build holds now, made of BUILT and compared whole on Monday."""
    held = [one.as_dict() for one in package.contents(con, [CASES])]
    return {"build": BUILT, "compared_on": MONDAY.isoformat(), "tables": held, **other}


def test_the_weeks_that_were_noted_are_known_for_the_rest_of_the_week(con: duckdb.DuckDBPyConnection) -> None:
    last = release(con)
    found = since(con, last, WEDNESDAY)
    assert found == Touched(
        MONDAY, digests.told_by(last), {"core.fct_case": frozenset({"2017-09-11", "2017-09-18", parts.UNDATED})}
    )


@pytest.mark.parametrize(
    ("other", "as_of"),
    [
        ({}, NEXT_MONDAY),
        ({"compared_on": "2016-09-19"}, WEDNESDAY),
        ({"build": "2017-09-17 03:00:00"}, WEDNESDAY),
        ({"build": None}, WEDNESDAY),
    ],
    ids=["the next week", "the same week of another year", "made of another build", "made of an unknown build"],
)
def test_else_nothing_is_known_and_every_row_is_compared(
    con: duckdb.DuckDBPyConnection, other: dict[str, Any], as_of: dt.date
) -> None:
    assert since(con, release(con, **other), as_of) == Touched(as_of)


@pytest.mark.parametrize(
    "change",
    [
        "DROP TABLE build.ops.touched_parts",
        "ALTER TABLE build.ops.build_state DROP COLUMN went_on_from; ALTER TABLE build.ops.build_state ADD COLUMN built_for_on DATE",
        "UPDATE build.ops.build_state SET went_on_from = NULL",
        "DROP TABLE build.ops.build_sources",
    ],
    ids=[
        "nothing was noted",
        "a home of an earlier version",
        "everything was built",
        "dbt was run since and broke off",
    ],
)
def test_a_build_that_does_not_say_what_it_went_on_from_is_compared_whole(
    con: duckdb.DuckDBPyConnection, change: str
) -> None:
    last = release(con)
    con.execute("ALTER TABLE build.ops.build_state ADD COLUMN fingerprint VARCHAR")
    con.execute(change)
    assert since(con, last, WEDNESDAY) == Touched(WEDNESDAY)


def test_a_first_release_and_one_from_before_this_was_kept_are_compared_whole(con: duckdb.DuckDBPyConnection) -> None:
    last = release(con)
    del last["compared_on"]
    assert since(con, None, WEDNESDAY) == since(con, last, WEDNESDAY) == Touched(WEDNESDAY)


@pytest.mark.parametrize("day", ["2017-09-12", "2017-09-19"])
def test_what_changed_in_the_weeks_that_were_noted_is_found(con: duckdb.DuckDBPyConnection, day: str) -> None:
    last = release(con)
    con.execute(f"UPDATE build.core.fct_case SET n = -n - 1 WHERE reported_on = DATE '{day}'")
    con.execute("INSERT INTO build.core.fct_case VALUES (9, NULL)")
    [found] = package.contents(con, [CASES], touched=since(con, last, WEDNESDAY))
    assert [found] == package.contents(con, [CASES])
    assert found.parts.keys() - digests.told_by(last)["core.fct_case"].parts.keys() == {parts.UNDATED}


def test_other_weeks_are_not_read(con: duckdb.DuckDBPyConnection) -> None:
    last = release(con)
    con.execute("UPDATE build.core.fct_case SET n = -n WHERE reported_on = DATE '2017-08-07'")
    assert package.contents(con, [CASES], touched=since(con, last, WEDNESDAY)) == [*digests.told_by(last).values()]


def test_a_row_too_many_in_another_week_has_every_row_compared(con: duckdb.DuckDBPyConnection) -> None:
    last = release(con)
    con.execute("INSERT INTO build.core.fct_case VALUES (-1, DATE '2017-08-07')")
    assert package.contents(con, [CASES], touched=since(con, last, WEDNESDAY)) == package.contents(con, [CASES])
