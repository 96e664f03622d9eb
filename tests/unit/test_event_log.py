"""Dagster's storage with its files kept open: the same files as Dagster's own, and not one closed between events."""

import dagster as dg
import pytest
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage

from pipelines.orchestration.event_log import _KEPT_OPEN, KeptOpenEventLog
from pipelines.orchestration.runs import open_instance
from pipelines.settings import Settings


@dg.asset
def counted():  # type: ignore[no-untyped-def]
    return dg.MaterializeResult(metadata={"rows": 7})


@pytest.fixture
def settings(tmp_path):
    return Settings(home=tmp_path / "home")


def test_a_home_keeps_its_event_log_open(settings):
    with open_instance(settings) as instance:
        log = instance.event_log_storage
        assert isinstance(log, KeptOpenEventLog)
        assert dg.materialize([counted], instance=instance).success
        before = dict(log._engines)
        assert dg.materialize([counted], instance=instance).success
        assert all(log._engines[shard] is engine for shard, engine in before.items())


def test_what_it_wrote_is_read_by_dagsters_own_storage(settings):
    with open_instance(settings) as instance:
        run = dg.materialize([counted], instance=instance)
        assert run.success
    own = SqliteEventLogStorage(str(settings.dagster_home / "history" / "runs"))
    stored = [entry.dagster_event_type for entry in own.get_logs_for_run(run.run_id) if entry.is_dagster_event]
    assert stored[-1] == dg.DagsterEventType.RUN_SUCCESS
    assert dg.DagsterEventType.ASSET_MATERIALIZATION in stored


def test_files_of_old_runs_are_let_go_of(settings):
    with open_instance(settings) as instance:
        log = instance.event_log_storage
        for _ in range(_KEPT_OPEN + 2):
            assert dg.materialize([counted], instance=instance).success
        assert len(log._engines) <= _KEPT_OPEN
    assert not log._engines
