"""Dagster's own history of runs: kept for a year and a month, so that it does not grow for ever.

Belongs here: forgetting old runs. A night leaves some 12 MB of events, which say how it went; what it brought and made stands in the ledger, the history
beside landing and the releases, and stays. Dagster has no retention for runs.
"""

import datetime as dt
import shutil

import dagster as dg

from pipelines.settings import Settings

#: The same month of last year can still be looked up.
KEEP_DAYS = 400
#: The rest waits for the next night, so that none is long because of it.
_MOST_A_NIGHT = 50
_ENDED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]


def forget_old_runs(settings: Settings, instance: dg.DagsterInstance, now: dt.datetime) -> list[str]:
    """Deletes ended runs that were begun longer ago, with their events and what they printed; gives their ids."""
    before = dg.RunsFilter(statuses=_ENDED, created_before=now - dt.timedelta(days=KEEP_DAYS))
    found = [run.run_id for run in instance.get_runs(before, limit=_MOST_A_NIGHT)]
    for run_id in found:
        instance.delete_run(run_id)
        # Dagster empties the run's own file and leaves it.
        for path in (settings.dagster_home / "history" / "runs").glob(f"{run_id}.db*"):
            path.unlink()
        shutil.rmtree(settings.dagster_home / "storage" / run_id, ignore_errors=True)
    return found
