"""What a night looks at again: whatever is held otherwise than at the last complete build is found by the numbers of batches, in whatever order nights come.

Here, what the models' condition finds (`stg_platform__touched_cases`) against all that is held, of steps that change their case and come late.
"""

import datetime as dt
import itertools

import duckdb
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pipelines import kept
from pipelines.feeds import FEEDS
from pipelines.landing.load import Batch, supersede
from tests.conftest import AS_OF

FEED = FEEDS["platform_case_flow"]
DAYS = [AS_OF + dt.timedelta(days=n) for n in range(3)]
#: A step with its case, and its version by the source.
step = st.tuples(st.integers(0, 2), st.sampled_from("ABC"), st.integers(0, 2))
batches = st.lists(st.tuples(st.sampled_from(DAYS), st.lists(step, min_size=1, max_size=3)), min_size=1, max_size=5)
Row = tuple[object, ...]


def _held(con: duckdb.DuckDBPyConnection, day: dt.date) -> set[Row]:
    """(step, case, batch, row) as staging shows them on the day."""
    held = "_loaded_for_on <= $day and (_superseded_for_on is null or _superseded_for_on > $day)"
    return set(
        con.execute(
            f"select step_id, case_id, _batch_seq, _source_row from raw.{FEED.name} where {held}", {"day": day}
        ).fetchall()
    )


def _touched(con: duckdb.DuckDBPyConnection, seq: str) -> set[object]:
    touched = f"select case_id from raw.{FEED.name} where _batch_seq > {seq} or _superseded_by_seq > {seq}"
    return {case for (case,) in con.execute(touched).fetchall()}


@hypothesis_settings(max_examples=25, deadline=None)
@given(batches)
def test_every_case_that_is_held_otherwise_than_at_the_last_build_is_looked_at(
    arriving: list[tuple[dt.date, list[tuple[int, str, int]]]],
) -> None:
    with duckdb.connect() as con:
        con.execute(
            "create schema raw; create schema ops; create table ops.ledger (batch_seq bigint, loaded_for_on date)"
        )
        con.execute(
            f"create table raw.{FEED.name} (step_id varchar, case_id varchar, updated_at integer, _batch_seq bigint, _source_row bigint, "
            "_loaded_for_on date, _superseded_by_seq bigint, _superseded_for_on date)"
        )
        builds: list[tuple[kept.Kept, set[Row]]] = []
        for seq, (night, steps) in enumerate(arriving, start=1):
            rows = [(str(number), case, version, seq, at, night) for at, (number, case, version) in enumerate(steps)]
            con.executemany(f"insert into raw.{FEED.name} values (?, ?, ?, ?, ?, ?, null, null)", rows)
            supersede(con, FEED, Batch("b", FEED.name, "f", "file", "0", night, night, batch_seq=seq))
            con.execute("insert into ops.ledger values (?, ?)", [seq, night])
            now = [(day, _held(con, day)) for day in DAYS]
            builds += [(kept.Kept(day, {"ops.ledger": f"{seq}:{seq}:0:0"}, {}), held) for day, held in now]
            for (before, was), (day, held) in itertools.product(builds, now):
                if day < before.built_for_on:
                    continue  # then everything is built
                changed = {case for _, case, *_ in was ^ held}
                told = kept.seen(con, before, before.states)
                assert changed <= _touched(con, told["CHENGGUAN_SEEN_SEQ"])
