"""A public workbook of 2,816 citizens' messages goes through the same nightly job by a profile alone.

The known answers stand in the README of the folder that the workbook comes from, and were found without this project.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.settings import PROJECT_ROOT
from tests.pipeline.nights import command, texts

SHARED = PROJECT_ROOT.parent / "shared" / "data"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (SHARED / "hotline").is_dir(), reason="the real public files are not beside this checkout (../shared/data)"
    ),
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which one night of the message board has been run, by the command that everybody uses."""
    home = tmp_path_factory.mktemp("message_board")
    night = command(
        home, "nightly", "--city", "message_board",
        CHENGGUAN_CITIES=str(PROJECT_ROOT / "tests/real/cities"), CHENGGUAN_INBOX=str(SHARED),
    )  # fmt: skip
    assert night.returncode == 0, night.stdout + night.stderr
    return home


@pytest.fixture
def serving(home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(home / "current/serving.duckdb"), read_only=True) as connection:
        yield connection


def test_nothing_is_lost(serving: duckdb.DuckDBPyConnection) -> None:
    counts = serving.sql("select rows_read, rows_loaded, rows_quarantined from meta.batches").fetchall()
    assert counts == [(2816, 2815, 1)]


def test_the_message_without_a_time_of_day_is_held_back_for_that_reason(home: Path) -> None:
    with duckdb.connect(str(home / "build/warehouse.duckdb"), read_only=True) as connection:
        held = connection.sql(
            "select business_key, [r.rule for r in reasons if r.column = 'replied_at'] from quarantine.hotline_tickets"
        ).fetchall()
    assert held == [("27610", ["time_missing"])]


def test_the_known_answers_hold_in_the_mart(serving: duckdb.DuckDBPyConnection) -> None:
    (found,) = serving.sql(
        """
        select replied, round(lag_days_median, 1), round(lag_days_mean, 2), within_15_days, within_30_days
        from marts.hotline_reply_times where period_kind = 'all' and hotline = 'all'
        """
    ).fetchall()
    assert found == (2815, 11.2, 20.34, 1732, 2355)


def test_the_monthly_mart_adds_up_to_the_same(serving: duckdb.DuckDBPyConnection) -> None:
    (found,) = serving.sql(
        """
        select sum(received), sum(replied), sum(replied_within_15_days), sum(replied_within_30_days),
            round(sum(reply_lag_days_sum) / sum(replied_with_time), 2)
        from marts.hotline_service
        """
    ).fetchall()
    assert found == (2815, 2815, 1732, 2355, 20.34)


def test_marts_of_feeds_that_this_city_does_not_have_are_empty_not_broken(serving: duckdb.DuckDBPyConnection) -> None:
    for mart in ("case_closure", "demolition", "penalty_procedure"):
        assert serving.sql(f"select count(*) from marts.{mart}").fetchall() == [(0,)]


def test_no_user_of_the_board_is_served(home: Path) -> None:
    users = (
        pl.read_parquet(home / "vault/hotline_tickets/*.parquet")["留言用户"].str.strip_chars().drop_nulls().unique()
    )
    assert users.len() > 1000
    said = texts(home / "current/serving.duckdb")
    found = {user for text in said.values() for user in re.findall(r"A\d{5,}", text)} & set(users)
    assert found == set()
