"""Jobs and when they run: the night, and files that arrive during the day.

Both schedules are off until somebody turns them on, in the UI or with CHENGGUAN_AUTOMATION=running: a fresh clone
that is looked at in `dagster dev` must not begin to work at two in the morning.
"""

import os
from typing import Any

import dagster as dg

from pipelines.city import City
from pipelines.orchestration.feeds import feed_keys

NIGHTLY = "nightly"
ARRIVALS = "arrivals"


def is_automated() -> bool:
    return os.environ.get("CHENGGUAN_AUTOMATION", "").strip().lower() == "running"


def nightly_job() -> Any:
    """Everything, from the sources to the release."""
    return dg.define_asset_job(
        NIGHTLY,
        selection=dg.AssetSelection.all(),
        executor_def=dg.in_process_executor,
        description="从各来源到发布版 / everything, from the sources to the release",
    )


def arrivals_job(city: City) -> Any:
    """Only the door: batches are loaded and judged as they come; models and release wait for the night."""
    return dg.define_asset_job(
        ARRIVALS,
        selection=dg.AssetSelection.assets(*feed_keys(list(city.feeds))),
        executor_def=dg.in_process_executor,
        description="白天到达的文件：入库和检查，不建模 / files of the day: loaded and judged, not modelled",
    )


def nightly_schedule(job: Any) -> Any:
    """At 02:00 on the city's clock, for the day before."""
    return dg.build_schedule_from_partitioned_job(
        job,
        name=NIGHTLY,
        hour_of_day=2,
        minute_of_hour=0,
        default_status=dg.DefaultScheduleStatus.RUNNING if is_automated() else dg.DefaultScheduleStatus.STOPPED,
        description="每天 02:00（城市时间）运行前一天 / at 02:00 local time, for the day before",
    )
