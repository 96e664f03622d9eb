"""One night at a time in a home, whoever starts it: the command line, the schedule, or a person on Dagster's pages."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import dagster as dg
import pytest

from pipelines.errors import BusyError
from pipelines.landing.store import read_connection
from pipelines.orchestration import checks, runs, turn
from pipelines.orchestration.home import night_is_running, night_lock
from pipelines.settings import PROJECT_ROOT, Settings
from tests.conftest import AS_OF

HOLD = "import sys, time; from pathlib import Path; from pipelines.orchestration.home import night_lock; from pipelines.settings import Settings\n"
HOLD += "with night_lock(Settings(home=Path(sys.argv[1]))): print('held', flush=True); time.sleep(60)"


@contextmanager
def another_night(settings: Settings) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the home, as a night does; killed at the end as the machine's end kills."""
    command = [sys.executable, "-c", HOLD, str(settings.home)]
    with subprocess.Popen(command, cwd=PROJECT_ROOT, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None and running.stdout.readline() == "held\n"
        try:
            yield running
        finally:
            running.kill()


def run(defs: dg.Definitions, instance: dg.DagsterInstance, job: str = "nightly", **more: Any) -> Any:
    """A job as the daemon runs it: nothing is held before its first step."""
    return defs.resolve_job_def(job).execute_in_process(
        instance=instance, partition_key=AS_OF.isoformat(), raise_on_error=False, **more
    )


def test_a_second_night_is_told_who_holds_the_home_and_a_killed_one_is_in_nobodys_way(settings: Settings) -> None:
    with another_night(settings) as other:
        assert night_is_running(settings)
        with pytest.raises(BusyError) as refused, night_lock(settings):
            pass
        assert f"pid {other.pid}" in refused.value.zh and f"pid {other.pid}" in refused.value.en
        assert "UTC" in refused.value.en, "since when"
    with night_lock(settings):
        pass
    assert not night_is_running(settings)


def test_a_night_of_the_daemon_holds_the_home_for_its_whole_run(
    defs: dg.Definitions, instance: dg.DagsterInstance, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[bool] = []
    judge = checks.check_conservation
    monkeypatch.setattr(
        checks, "check_conservation", lambda *args: held.append(night_is_running(settings)) or judge(*args)
    )
    assert run(defs, instance).success
    assert held == [True, True]
    assert not night_is_running(settings)


def test_a_night_of_the_daemon_waits_for_the_one_that_is_running(
    defs: dg.Definitions, instance: dg.DagsterInstance, settings: Settings
) -> None:
    ended: list[float] = []
    with night_lock(settings):
        waiting = threading.Thread(
            target=lambda: ended.append(time.monotonic() if run(defs, instance).success else 0.0)
        )
        waiting.start()
        time.sleep(1)
        released = time.monotonic()
        assert not ended
    waiting.join(60)
    assert ended and ended[0] > released


def test_one_that_waits_too_long_says_who_was_in_its_way(
    defs: dg.Definitions, instance: dg.DagsterInstance, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn, "WAIT_SECONDS", 0.1)
    with night_lock(settings):
        result = run(defs, instance)
        assert not result.success
        arriving = run(defs, instance, "arrivals")
        assert arriving.success, "files that arrive share the write lane and need not wait for the night"
    said = " ".join(str(entry.dagster_event) for entry in instance.all_logs(result.run_id))
    assert "another night is running: pid" in said
    with read_connection(settings) as connection:
        assert connection.execute("select count(*) from ops.ledger").fetchall() == [(2,)]


def test_a_night_of_the_daemon_mends_what_a_killed_one_left(defs: dg.Definitions, settings: Settings) -> None:
    with runs.open_instance(settings) as instance:
        job = defs.resolve_job_def("nightly")
        tags = {**runs.tags(), "chengguan/pid": "0"}
        dead = instance.create_run_for_job(job, tags=tags, status=dg.DagsterRunStatus.STARTED)
        storage = instance.event_log_storage
        storage.initialize_concurrency_limit_to_default("warehouse_write")
        assert storage.claim_concurrency_slot("warehouse_write", dead.run_id, "ingest_demolitions").is_claimed
        assert run(defs, instance).success
        again = instance.get_run_by_id(dead.run_id)
        assert again is not None and again.status == dg.DagsterRunStatus.FAILURE
