"""Few rows are found among many without reading all: what nights of large cities rest on, and what one pass of DuckDB's optimizer hinders."""

import re
from pathlib import Path

import duckdb
import pytest

from pipelines.landing.store import HINDERS_FEW_AMONG_MANY

ROWS, CAME = 3_000_000, 2_000
#: As a test of a key asks: the pass shortens the ids for the grouping.
ASKED = "select step_id from steps where step_id in (select step_id from steps where batch = 2) group by all having count(*) = 1"


@pytest.fixture(scope="module")
def steps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ids in the order in which they came, a few of the last of which came in a later batch."""
    path = tmp_path_factory.mktemp("steps") / "steps.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute(
            f"create table steps as select printf('%08d-%02d', range // 6, range % 6) as step_id, (range >= {ROWS - CAME})::int + 1 as batch "
            f"from range({ROWS})"
        )
    return path


def blocks_read(steps: Path, disabled: str) -> tuple[int, int]:
    """Of the scan that reads most: blocks that it read, and all that there are."""
    with duckdb.connect(str(steps), read_only=True) as con:
        con.execute("set disabled_optimizers = $disabled", {"disabled": disabled})
        assert len(con.execute(ASKED).fetchall()) == CAME
        told = con.execute(f"explain analyze {ASKED}").fetchall()[0][1]
    return max((int(read), int(of)) for read, of in re.findall(r"Row Groups Scanned: (\d+) / (\d+)", told))


def test_without_that_pass_a_join_of_few_rows_reads_the_blocks_that_hold_them(steps: Path) -> None:
    read, of = blocks_read(steps, HINDERS_FEW_AMONG_MANY)
    assert of > 5
    assert read <= 2


def test_the_pass_is_left_out_for_a_reason(steps: Path) -> None:
    """Should this fail, a new DuckDB no longer needs it left out."""
    read, of = blocks_read(steps, "")
    assert read == of
