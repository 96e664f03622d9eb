"""Runs of this process in the home's Dagster instance: opened, and cleared of what a killed one left behind.

A process that is killed leaves its run STARTED and its place in the write lane taken, and nobody else would ever know. Runs started by
`chengguan` carry a tag; while the night's lock is held, any of them that is not finished is dead.
"""

import os
import socket

import dagster as dg

from pipelines.orchestration.home import prepare_dagster_home
from pipelines.settings import Settings

LAUNCHED_BY = "chengguan/launched_by"
CLI = "cli"

_UNFINISHED = [
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


def open_instance(settings: Settings) -> dg.DagsterInstance:
    """The instance of this home, the same that `dagster dev` shows."""
    return dg.DagsterInstance.from_config(str(prepare_dagster_home(settings)))


def tags() -> dict[str, str]:
    """Of a run in this process. Dagster's daemon must not launch it again: it did not launch it."""
    return {
        LAUNCHED_BY: CLI,
        "chengguan/host": socket.gethostname(),
        "chengguan/pid": str(os.getpid()),
        "dagster/max_retries": "0",
    }


def is_ours(run: dg.DagsterRun) -> bool:
    """Whether this process is the command line that started the run, and so holds the night's lock already."""
    return run.tags.get(LAUNCHED_BY) == CLI and run.tags.get("chengguan/pid") == str(os.getpid())


def dangling(instance: dg.DagsterInstance) -> list[dg.DagsterRun]:
    """Unfinished runs that some `chengguan` process started. Dead ones only if no night is running."""
    return list(instance.get_runs(dg.RunsFilter(tags={LAUNCHED_BY: CLI}, statuses=_UNFINISHED)))


def stale_slots(instance: dg.DagsterInstance) -> dict[str, str]:
    """{run: pool} of places in a pool that are held, or waited for, by runs that have ended or are gone."""
    storage = instance.event_log_storage
    stale: dict[str, str] = {}
    for pool in storage.get_concurrency_keys():
        info = storage.get_concurrency_info(pool)
        holders = {slot.run_id for slot in info.claimed_slots} | {step.run_id for step in info.pending_steps}
        for run_id in holders:
            run = instance.get_run_by_id(run_id)
            if run is None or run.is_finished:
                stale[run_id] = pool
    return stale


def recover(instance: dg.DagsterInstance) -> list[str]:
    """Mark dead runs as failed and free the write lane. The caller holds the night's lock. Returns the runs' ids."""
    dead = dangling(instance)
    for run in dead:
        instance.report_run_failed(run, "the process ended before the run did (found at the start of the next night)")
        instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
    for run_id in stale_slots(instance):
        instance.event_log_storage.free_concurrency_slots_for_run(run_id)
    return [run.run_id for run in dead]
