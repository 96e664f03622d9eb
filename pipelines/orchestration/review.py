"""What a run showed, read from its events, for alerts: the same for a night of the command line and one of Dagster's daemon.

Belongs here: reading the event log and the two sensors. What becomes of it stands in `pipelines.alerts`.
"""

import datetime as dt
import logging
from typing import Any

import dagster as dg
import duckdb

from pipelines.alerts.incidents import Key, Kind, Seen, Trouble
from pipelines.alerts.messages import facts_of, scrubbed
from pipelines.alerts.review import Outcome
from pipelines.alerts.review import review as look_after
from pipelines.city import City
from pipelines.errors import ChengguanError
from pipelines.landing.store import read_connection
from pipelines.orchestration import freshness, judgements
from pipelines.orchestration.checks import outcome_of
from pipelines.orchestration.failures import HELD_ONLY, INTERRUPTED, TOLD
from pipelines.orchestration.jobs import NIGHTLY, is_automated
from pipelines.settings import Settings

logger = logging.getLogger(__name__)

_EVENTS = {
    dg.DagsterEventType.STEP_FAILURE,
    dg.DagsterEventType.STEP_SUCCESS,
    dg.DagsterEventType.ASSET_CHECK_EVALUATION,
}
_INGEST = "ingest_"
_LATE_FACTS = ("state", "newest_record_on", "expected_on", "days_late")


def review(instance: dg.DagsterInstance, run_id: str, settings: Settings, city: City) -> Outcome:
    """Looks after what the run showed. A run that somebody stopped shows nothing. Never raises: a night must not fail because of its alerts."""
    try:
        seen = observe(instance, run_id, settings)
    except Exception:
        logger.warning("alerts: the run %s could not be read", run_id, exc_info=True)
        seen = None
    return look_after(settings, said(city), seen)


def could_not_begin(settings: Settings, city: City | None, day: dt.date, problem: ChengguanError) -> Outcome:
    """Looks after a night that ended before there was a run."""
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    trouble = Trouble(Kind.RUN, NIGHTLY, {"problems": [facts_of(problem)]})
    seen = Seen(f"none-{now.isoformat()}", NIGHTLY, day, now, (trouble,), has_begun=False)
    return look_after(settings, said(city) if city else settings.city, seen)


def said(city: City) -> str:
    return f"{city.facts.name_zh} {city.facts.name_en}"


def observe(instance: dg.DagsterInstance, run_id: str, settings: Settings) -> Seen | None:
    """What the run showed; None for one that was stopped."""
    record = instance.get_run_record_by_id(run_id)
    assert record is not None
    run = record.dagster_run
    events: list[Any] = [entry.get_dagster_event() for entry in instance.all_logs(run_id, of_type=_EVENTS)]
    failed = [event for event in events if event.is_step_failure]
    if any(_description(event) == INTERRUPTED for event in failed):
        return None
    has_ended_well = run.status == dg.DagsterRunStatus.SUCCESS
    troubles, sound = _of_checks(events)
    refused = [trouble for event in failed if (trouble := _refused(event))]
    sound |= {
        (Kind.REFUSED, event.step_key.removeprefix(_INGEST))
        for event in events
        if event.is_step_success and event.step_key.startswith(_INGEST)
    }
    held_back = [event for event in failed if _is_held_only(event)]
    explained = bool(refused or held_back) or any(trouble.kind == Kind.CHECK for trouble in troubles)
    unexplained = [
        event for event in failed
        if event not in held_back and not _refused(event) and not (explained and _follows(event))
    ]  # fmt: skip
    troubles += refused
    if not has_ended_well and (unexplained or not explained):
        troubles.append(_failed(run.job_name, unexplained))
    if has_ended_well:
        sound.add((Kind.RUN, run.job_name))
    whole = {Kind.RUN, Kind.CHECK, Kind.LATE, Kind.REFUSED} if has_ended_well and run.job_name == NIGHTLY else set()
    held = _held(settings)
    if held is not None:
        troubles += held
        whole.add(Kind.HELD)
    began = dt.datetime.fromtimestamp(record.start_time or record.create_timestamp.timestamp(), dt.UTC)
    return Seen(
        run_id, run.job_name, day_of(run) or began.date(), began.replace(tzinfo=None, microsecond=0),
        tuple(troubles), frozenset(sound), frozenset(whole),
    )  # fmt: skip


def alert_sensors(settings: Settings, city: City, jobs: list[Any]) -> list[dg.SensorDefinition]:
    """For the daemon: after each run that failed or succeeded. A night of the command line has been looked after by then, and is known."""

    def look(context: dg.RunStatusSensorContext) -> None:
        outcome = review(context.instance, context.dagster_run.run_id, settings, city)
        context.log.info(f"open {len(outcome.open)}, sent {outcome.sent}, silent {', '.join(outcome.silent) or 0}")

    return [
        dg.run_status_sensor(
            name=f"alerts_after_{name}",
            run_status=status,
            monitored_jobs=jobs,
            minimum_interval_seconds=30,
            default_status=dg.DefaultSensorStatus.RUNNING if is_automated() else dg.DefaultSensorStatus.STOPPED,
            description="运行结束后告警，一事一报 / alerts after a run, one an incident",
        )(look)
        for name, status in (("failure", dg.DagsterRunStatus.FAILURE), ("success", dg.DagsterRunStatus.SUCCESS))
    ]


def _of_checks(events: list[Any]) -> tuple[list[Trouble], set[Key]]:
    troubles: list[Trouble] = []
    sound: set[Key] = set()
    for event in events:
        if event.event_type != dg.DagsterEventType.ASSET_CHECK_EVALUATION:
            continue
        told = event.asset_check_evaluation_data
        if told.check_name == judgements.NAME:
            continue
        outcome, asset = outcome_of(told), told.asset_key.to_user_string()
        if told.check_name == freshness.CHECK:
            kind, subject = Kind.LATE, told.asset_key.path[-1]
            facts = {name: told.metadata[name].value for name in _LATE_FACTS if name in told.metadata}
        else:
            kind, subject, facts = Kind.CHECK, f"{asset}: {told.check_name}", {}
        if outcome == "passed":
            sound.add((kind, subject))
        elif kind == Kind.LATE or outcome == "failed":
            troubles.append(Trouble(kind, subject, facts))
    return troubles, sound


def _refused(event: Any) -> Trouble | None:
    """A feed whose source was refused. A feed that failed for a bug of ours is not: that is a failed run."""
    told = event.step_failure_data.user_failure_data
    if not event.step_key.startswith(_INGEST) or told is None or TOLD not in told.metadata or _is_held_only(event):
        return None
    return Trouble(Kind.REFUSED, event.step_key.removeprefix(_INGEST), {"problems": told.metadata[TOLD].value})


def _is_held_only(event: Any) -> bool:
    """A feed of which nothing but whole batches was held back: each is an incident of its own."""
    told = event.step_failure_data.user_failure_data
    return bool(told is not None and HELD_ONLY in told.metadata and told.metadata[HELD_ONLY].value)


def _follows(event: Any) -> bool:
    """Whether the step failed because a check did, which is told by itself."""
    return bool(event.step_key == "dbt_models" or event.step_key.endswith("_conservation"))


def _failed(job: str, events: list[Any]) -> Trouble:
    problems: list[Any] = []
    for event in events:
        told = event.step_failure_data.user_failure_data
        if told is not None and TOLD in told.metadata:
            problems += told.metadata[TOLD].value
    return Trouble(Kind.RUN, job, {"steps": [event.step_key for event in events], "problems": problems})


def _held(settings: Settings) -> list[Trouble] | None:
    """Batches that wait for somebody's decision; None where nobody can say now."""
    try:
        with read_connection(settings) as connection:
            rows = connection.execute(
                """select feed, batch_id, source, rows_read from ops.held_batches
                   where batch_id not in (select batch_id from ops.batch_decisions) order by feed, batch_id"""
            ).fetchall()
    except (ChengguanError, duckdb.Error):
        return None
    return [
        Trouble(Kind.HELD, f"{feed}: {batch[:12]}", {"source": _place(source), "rows_read": rows_read})
        for feed, batch, source, rows_read in rows
    ]


def _place(source: str) -> str:
    return scrubbed(source.partition("://")[0] if "://" in source else source)


def day_of(run: dg.DagsterRun) -> dt.date | None:
    """The business day that a run is for; None for one without partitions."""
    told = run.tags.get("dagster/asset_partition_range_end") or run.tags.get("dagster/partition")
    return dt.date.fromisoformat(told) if told else None


def _description(event: Any) -> str | None:
    told = event.step_failure_data.user_failure_data
    return told.description if told else None
