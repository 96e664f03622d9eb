"""Whose turn it is: the warehouse of a run, given to one night at a time, whoever started it.

Belongs here: what every run passes before its first step, started by the command line, by the schedule or on Dagster's pages.
"""

from collections.abc import Iterator
from contextlib import ExitStack

import dagster as dg
from dagster._core.storage.tags import SCHEDULE_NAME_TAG, SENSOR_NAME_TAG

from pipelines.city import City
from pipelines.orchestration import review
from pipelines.orchestration.clock import check_clock
from pipelines.orchestration.fitness import check_home, check_place
from pipelines.orchestration.home import night_lock
from pipelines.orchestration.jobs import ARRIVALS
from pipelines.orchestration.resources import Warehouse
from pipelines.orchestration.runs import is_ours, recover
from pipelines.settings import Settings

#: How long a night of the daemon waits for another one; `dagster.yaml` ends what runs for longer than four hours.
WAIT_SECONDS = 3 * 3600.0


def warehouse_resource(settings: Settings, city: City) -> dg.ResourceDefinition:
    """The warehouse, and for a night its home's lock from the first step to the last.

    A night of the daemon or of Dagster's pages waits for the one that is running, since nobody looks on who would start it again; one of the
    command line has taken the lock before its run was made. Files that arrive during a night share the write lane with it and need no lock.
    """

    @dg.resource(description="数据目录与城市 / the home and its city")
    def warehouse(context: dg.InitResourceContext) -> Iterator[Warehouse]:
        run, instance = context.run, context.instance
        with ExitStack() as held:
            if run is not None and instance is not None and not is_ours(run):
                if run.job_name != ARRIVALS:
                    check_place(settings)
                    held.enter_context(night_lock(settings, WAIT_SECONDS))
                    recover(instance)
                    check_home(settings)
                by_clock = bool(run.tags.keys() & {SCHEDULE_NAME_TAG, SENSOR_NAME_TAG})
                check_clock(settings, review.day_of(run), by_clock=by_clock)
            yield Warehouse(settings, city)

    return warehouse
