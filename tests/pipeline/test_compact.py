"""The build file is written anew: what was overwritten is gone from its bytes, what is held stays, and nothing half is ever in its place."""

import signal
import subprocess
import sys
from collections.abc import Callable

import duckdb
import pytest

from pipelines.city import City
from pipelines.errors import BusyError
from pipelines.landing import compact as compaction
from pipelines.landing.compact import WRITING, compact
from pipelines.landing.ingest import ingest_feed
from pipelines.landing.store import write_connection, write_lane
from pipelines.landing.swap import damaged_file
from pipelines.settings import PROJECT_ROOT, Settings
from tests.conftest import AS_OF
from tests.pipeline.desk import HEADER, ask, drop

OVERWRITTEN = "a text that nobody may find again, long enough to be stored as it is "
#: Every table and view with what it holds, by the statement that made it.
HELD = "select schema_name, table_name, estimated_size, comment, column_count from duckdb_tables() where not internal order by all"
VIEWS = "select schema_name, view_name, comment from duckdb_views() where not internal order by all"


@pytest.fixture
def home(settings: Settings, write_city: Callable[..., City]) -> Settings:
    """A ledger of demolitions, and a text that was written and then overwritten."""
    city = write_city()
    drop(settings, "demolitions/a.csv", "1,W1,2017-01-05,10.5,自拆\n2,W2,2017-02-30,3,自拆\n", header=HEADER)
    assert not ingest_feed(settings, city, "demolitions", AS_OF).problems
    with write_connection(settings) as connection:
        connection.execute(
            "create table ops.spoken as select $said || range as said from range(20000)", {"said": OVERWRITTEN}
        )
        connection.execute("checkpoint")
        connection.execute("update ops.spoken set said = 'quiet'")
    return settings


def test_what_was_overwritten_is_gone_and_everything_else_stays(home: Settings) -> None:
    assert OVERWRITTEN.encode() in home.build_db.read_bytes()  # or the test would show nothing
    before, views = ask(home, HELD), ask(home, VIEWS)
    damaged_file(home).write_bytes(OVERWRITTEN.encode())  # what a rebuild put aside must go with it
    done = compact(home)
    assert OVERWRITTEN.encode() not in home.build_db.read_bytes()
    assert done.after == home.build_db.stat().st_size < done.before
    assert (ask(home, HELD), ask(home, VIEWS)) == (before, views)
    assert ask(home, "select status from ops.quarantine_now") == [("open",)]
    assert {path.name for path in home.build_dir.iterdir()} <= {home.build_db.name, home.lock_file.name}


def test_a_log_that_a_killed_process_left_comes_into_the_new_file(home: Settings) -> None:
    write = (
        "import duckdb, os, signal, sys\n"
        "con = duckdb.connect(sys.argv[1], config={'checkpoint_threshold': '1GB'})\n"
        'con.execute("create table ops.late as select 42 as answer")\n'
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run([sys.executable, "-c", write, str(home.build_db)], cwd=PROJECT_ROOT, check=False)
    assert killed.returncode == -signal.SIGKILL and home.build_db.with_name(f"{home.build_db.name}.wal").exists()
    compact(home)
    assert ask(home, "select answer from ops.late") == [(42,)]
    assert not home.build_db.with_name(f"{home.build_db.name}.wal").exists()


@pytest.mark.parametrize("step", ["_copy", "to_disk"])
def test_what_breaks_off_leaves_the_old_file_whole(home: Settings, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    was = home.build_db.read_bytes()

    def breaks_off(*_: object) -> None:
        (home.build_dir / WRITING).write_bytes(b"half")
        raise duckdb.IOException("no more")

    monkeypatch.setattr(compaction, step, breaks_off)
    with pytest.raises(duckdb.IOException):
        compact(home)
    assert home.build_db.read_bytes() == was and not (home.build_dir / WRITING).exists()
    monkeypatch.undo()
    (home.build_dir / WRITING).write_bytes(b"what a killed process left")
    compact(home)
    assert not (home.build_dir / WRITING).exists()


def test_it_waits_for_nobody_who_writes(home: Settings) -> None:
    with write_lane(home), pytest.raises(BusyError):
        compact(home, timeout=0)
