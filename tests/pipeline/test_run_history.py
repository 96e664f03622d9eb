"""Dagster's runs are forgotten when they are old, with their files, and none that is younger or not over."""

import datetime as dt

import dagster as dg

from pipelines.orchestration.history import KEEP_DAYS, forget_old_runs
from pipelines.orchestration.runs import open_instance
from pipelines.settings import Settings


@dg.op
def speak() -> None:
    pass


@dg.job
def nightly() -> None:
    speak()


def test_old_runs_go_with_their_events_and_what_they_printed(settings: Settings) -> None:
    now = dt.datetime.now(dt.UTC)
    with open_instance(settings) as instance:
        done = nightly.execute_in_process(instance=instance)
        still = instance.create_run_for_job(nightly, status=dg.DagsterRunStatus.STARTED)
        printed = settings.dagster_home / "storage" / done.run_id / "compute_logs"
        printed.mkdir(parents=True, exist_ok=True)
        (printed / "x.out").write_text("said")
        assert list(settings.dagster_home.glob(f"history/runs/{done.run_id}.db"))
        assert forget_old_runs(settings, instance, now + dt.timedelta(days=KEEP_DAYS - 1)) == []
        assert forget_old_runs(settings, instance, now + dt.timedelta(days=KEEP_DAYS + 1)) == [done.run_id]
        assert [run.run_id for run in instance.get_runs()] == [still.run_id], "one that is not over stays"
        assert list(instance.all_logs(done.run_id)) == []
    assert not printed.parent.exists()
    again = nightly.execute_in_process(instance=dg.DagsterInstance.from_config(str(settings.dagster_home)))
    assert again.success
