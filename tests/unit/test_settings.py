"""What of an installation's settings follows from others."""

import datetime as dt
import re

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
@given(
    st.integers(min_value=100, max_value=8_000), st.sampled_from(["MB", "MiB"]), st.sampled_from([("less_memory", 4), ("half_memory", 2)])
)  # fmt: skip
def test_work_on_what_came_and_loading_get_a_share_of_the_memory_but_a_gigabyte_where_there_is_one(
    number: int, unit: str, share: tuple[str, int]
) -> None:
    whole, (name, parts) = number * UNITS[unit], share
    expected = whole if whole <= 10**9 else max(10**9, whole / parts)
    told_to = 0.11 * (1 << 30) if expected >= 1 << 30 else 1.2e6
    assert held_by_duckdb(getattr(Settings(memory=f"{number}{unit}"), name)) == pytest.approx(expected, abs=told_to)


def test_dbt_gets_less_memory_where_it_looks_only_at_what_came() -> None:
    settings, day = Settings(memory="8GB"), dt.date(2017, 6, 30)
    city = load_city(settings)
    usual, in_part = dbt_environment(settings, city, day), dbt_environment(settings, city, day, in_part=True)
    assert (usual["CHENGGUAN_MEMORY"], usual["CHENGGUAN_LESS_MEMORY"]) == ("8GB", "")
    assert in_part["CHENGGUAN_LESS_MEMORY"] == "2000MB"


def test_nothing_that_differs_between_nights_stands_in_dbts_profile_which_would_then_be_parsed_anew() -> None:
    profile = (PROJECT_ROOT / "dbt_project" / "profiles.yml").read_text(encoding="utf-8")
    settings, day = Settings(memory="8GB"), dt.date(2017, 6, 30)
    city = load_city(settings)
    usual = dbt_environment(settings, city, day)
    other = dbt_environment(settings, city, day + dt.timedelta(days=1), in_part=True)
    read = set(re.findall(r"env_var\('(\w+)'", profile))
    assert {"CHENGGUAN_BUILD_DB", "CHENGGUAN_MEMORY"} <= read
    assert {name for name in read if usual.get(name) != other.get(name)} == set()


@pytest.mark.parametrize("name", Settings.model_fields)
def test_the_operations_page_tells_of_every_setting(name: str) -> None:
    page = (PROJECT_ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert f"| `CHENGGUAN_{name.upper()}` |" in page
