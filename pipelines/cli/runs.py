"""What the command line shows of Dagster's history. Imports Dagster; to be imported inside a command."""

# ruff: noqa: PLC0415  (what is heavy is imported by the command that needs it; see this package's docstring)

import datetime as dt
from typing import Any

from pipelines.settings import Settings


def last_runs(settings: Settings, limit: int = 5) -> list[dict[str, Any]]:
    """The last runs of this home, whoever started them; none where Dagster has never run in it."""
    if not (settings.dagster_home / "history").exists():
        return []
    from pipelines.orchestration.runs import open_instance

    with open_instance(settings) as instance:
        return [
            {
                "run_id": record.dagster_run.run_id,
                "job": record.dagster_run.job_name,
                "partition": record.dagster_run.tags.get("dagster/partition"),
                "status": record.dagster_run.status.value,
                "started_at_utc": _moment(record.start_time),
                "seconds": round(record.end_time - record.start_time, 1)
                if record.start_time and record.end_time
                else None,
            }
            for record in instance.get_run_records(limit=limit)
        ]


def last_upkeep(settings: Settings) -> str | None:
    """When the last step of a night was last done, UTC, and for which day; None where it never was."""
    if not (settings.dagster_home / "history").exists():
        return None
    from pipelines.orchestration.runs import open_instance
    from pipelines.orchestration.upkeep import UPKEEP

    with open_instance(settings) as instance:
        event = instance.get_latest_materialization_event(UPKEEP)
    if event is None or event.asset_materialization is None:
        return None
    return f"{_moment(event.timestamp)} UTC ({event.asset_materialization.partition})"


def _moment(timestamp: float | None) -> str | None:
    return dt.datetime.fromtimestamp(timestamp, dt.UTC).strftime("%Y-%m-%d %H:%M:%S") if timestamp else None
