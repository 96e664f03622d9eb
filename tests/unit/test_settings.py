"""What of an installation's settings follows from others."""

import datetime as dt

import duckdb
import pytest
from hypothesis import given
from hypothesis import settings as within
from hypothesis import strategies as st

from pipelines.city import load_city
from pipelines.settings import PROJECT_ROOT, Settings
from pipelines.transform import dbt_environment

UNITS = {"MB": 10**6, "GB": 10**9, "MiB": 1 << 20, "GiB": 1 << 30}


def held_by_duckdb(limit: str) -> int:
    """Bytes that DuckDB understands by a limit, which it tells with one digit after the point."""
    with duckdb.connect() as con:
        con.execute("set memory_limit = $limit", {"limit": limit})
        told = con.execute("select current_setting('memory_limit')").fetchall()[0][0]
    number, unit = told.split()
    return int(float(number) * {"bytes": 1, "KiB": 1 << 10, **UNITS}[unit])


@within(max_examples=30, deadline=None)
@given(st.integers(min_value=100, max_value=8_000), st.sampled_from(["MB", "MiB"]))
def test_work_on_what_came_gets_a_quarter_of_the_memory_but_a_gigabyte_where_there_is_one(
    number: int, unit: str
) -> None:
    whole = number * UNITS[unit]
    expected = whole if whole <= 10**9 else max(10**9, whole / 4)
    told_to = 0.11 * (1 << 30) if expected >= 1 << 30 else 1.2e6
    assert held_by_duckdb(Settings(memory=f"{number}{unit}").less_memory) == pytest.approx(expected, abs=told_to)


def test_dbt_gets_less_memory_where_it_looks_only_at_what_came() -> None:
    settings, day = Settings(memory="8GB"), dt.date(2017, 6, 30)
    city = load_city(settings)
    assert dbt_environment(settings, city, day)["CHENGGUAN_MEMORY"] == "8GB"
    assert dbt_environment(settings, city, day, in_part=True)["CHENGGUAN_MEMORY"] == "2000MB"


@pytest.mark.parametrize("name", Settings.model_fields)
def test_the_operations_page_tells_of_every_setting(name: str) -> None:
    page = (PROJECT_ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert f"| `CHENGGUAN_{name.upper()}` |" in page
