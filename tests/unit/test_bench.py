"""The megacity of `make bench`: the same each time, and a night's export is just what has changed since the last."""

import datetime as dt

import duckdb
import pytest

from bench.measure import run
from bench.nights import _shares
from bench.sources import NEVER, RATE, History, connection, rows_of

CITY = History(RATE, None)  # type: ignore[arg-type]  # nothing is written here
NOON = CITY.begin + dt.timedelta(hours=12)
NEXT = NOON + dt.timedelta(days=1)


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    return connection()


def _asked(con: duckdb.DuckDBPyConnection, table: str, *moments: dt.datetime) -> set[tuple[object, ...]]:
    return set(con.sql(rows_of(CITY, table, (0, 400), *moments)).fetchall())


@pytest.mark.parametrize("table", ["t_case", "t_case_flow"])
def test_the_same_numbers_give_the_same_rows(con: duckdb.DuckDBPyConnection, table: str) -> None:
    assert _asked(con, table, NEVER, NOON) == _asked(connection(), table, NEVER, NOON) != set()


def test_a_nights_steps_are_those_taken_since_the_last(con: duckdb.DuckDBPyConnection) -> None:
    before, since = _asked(con, "t_case_flow", NEVER, NOON), _asked(con, "t_case_flow", NOON, NEXT)
    assert since
    assert not before & since
    assert before | since == _asked(con, "t_case_flow", NEVER, NEXT)


def test_a_nights_cases_are_those_that_changed_as_they_stand_then(con: duckdb.DuckDBPyConnection) -> None:
    def by_id(rows: set[tuple[object, ...]]) -> dict[object, tuple[object, ...]]:
        return {row[0]: row for row in rows}

    before, since, whole = (
        by_id(_asked(con, "t_case", *span)) for span in ((NEVER, NOON), (NOON, NEXT), (NEVER, NEXT))
    )
    assert since.keys() & before.keys(), "some had been there and have moved on"
    assert {**before, **since} == whole


def test_a_command_that_fails_is_said_with_its_last_words(tmp_path) -> None:
    with pytest.raises(RuntimeError, match="no such thing"):
        run(["python3", "-c", "raise SystemExit('no such thing')"], {}, tmp_path / "log")


def test_what_was_measured_is_the_process_and_its_children(tmp_path) -> None:
    held = "x = bytearray(80 << 20); import time; time.sleep(0.5)"
    took = run(["sh", "-c", f'python3 -c "{held}"; true'], {}, tmp_path / "log")
    assert took.wall_s >= 0.5
    assert took.peak_mib >= 70


def test_the_shares_of_a_night_add_up_to_its_clock(tmp_path) -> None:
    steps = {
        "ingest_cases": 3.0,
        "raw__cases_conservation": 0.5,
        "dbt_models": 9.0,
        "release__current": 4.0,
        "reference": 1.0,
    }
    (tmp_path / "perf_info.json").write_text('{"load_all_elapsed": 6.0}')
    shares = _shares({"steps": {name: {"seconds": taken} for name, taken in steps.items()}}, 30.0, tmp_path)
    assert shares.pop("of the start: dbt's parse") == 6
    assert sum(shares.values()) == 30
    assert shares["start, and between steps"] == 12.5
    assert "of the start: dbt's parse" not in _shares({"steps": {}}, 20.0, tmp_path), "the project was not parsed again"
