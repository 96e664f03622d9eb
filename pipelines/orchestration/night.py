"""The night in this process: runs the job `nightly` on the home's instance, tells its progress, and reports what came of it.

Prints nothing; who calls it says how progress is shown.
"""

import datetime as dt
import time
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

import dagster as dg

from pipelines.city import City, load_city
from pipelines.definitions import build_defs
from pipelines.errors import ChengguanError, ProfileError
from pipelines.machine import fault_of
from pipelines.orchestration import review
from pipelines.orchestration.checks import outcome_of
from pipelines.orchestration.clock import check_clock
from pipelines.orchestration.days import chosen_day
from pipelines.orchestration.failures import AWAY, INTERRUPTED
from pipelines.orchestration.fitness import check_home, check_place
from pipelines.orchestration.home import guard_city, lock_path, night_lock
from pipelines.orchestration.jobs import NIGHTLY
from pipelines.orchestration.kept import KEPT_FROM
from pipelines.orchestration.releases import RELEASE
from pipelines.orchestration.runs import open_instance, recover, tags
from pipelines.settings import Settings

_COUNTS = ("rows_read", "rows_skipped", "rows_loaded", "rows_quarantined", "rows_superseded", "batches", "files_known")


@dataclass
class Step:
    """One step of the night. `facts` are the numbers it told, `message` why it failed."""

    name: str
    status: str = "running"
    seconds: float = 0.0
    facts: dict[str, Any] = field(default_factory=dict)
    message: str = ""


@dataclass
class NightReport:
    """What came of a night."""

    run_id: str
    city: str
    as_of: dt.date
    success: bool = False
    seconds: float = 0.0
    steps: dict[str, Step] = field(default_factory=dict)
    feeds: dict[str, dict[str, int]] = field(default_factory=dict)
    unknown_columns: dict[str, list[str]] = field(default_factory=dict)
    files_left: dict[str, list[str]] = field(default_factory=dict)
    models: dict[str, int] = field(default_factory=dict)
    checks_passed: int = 0
    checks_kept: int = 0
    checks_failed: list[str] = field(default_factory=list)
    checks_warned: list[str] = field(default_factory=list)
    release: dict[str, Any] | None = None
    recovered: list[str] = field(default_factory=list)
    incidents: list[str] = field(default_factory=list)
    alerts_sent: int = 0
    alerts_undelivered: list[str] = field(default_factory=list)
    error: str = ""
    was_interrupted: bool = False
    exit_code: int = 0

    @property
    def failures(self) -> list[Step]:
        return [step for step in self.steps.values() if step.status == "failed"]

    @property
    def not_run(self) -> list[str]:
        return [step.name for step in self.steps.values() if step.status == "waiting"]

    def total(self, count: str) -> int:
        return sum(counts[count] for counts in self.feeds.values())

    def as_dict(self) -> dict[str, Any]:
        """The report for machines (`--json`)."""
        return {**asdict(self), "as_of": self.as_of.isoformat()}


#: Called with the step whenever one starts, ends, is tried again, or says something ("note").
Tell = Callable[[str, Step, str], None]


def run_night(settings: Settings, asked: dt.date | None, tell: Tell, retries: dg.RetryPolicy = AWAY) -> NightReport:
    """Run the night of a day. Raises ChengguanError where it cannot even begin; a failed step is in the report."""
    city: City | None = None
    day = asked or dt.datetime.now(dt.UTC).date() - dt.timedelta(days=1)
    try:
        city = load_city(settings)
        if not (city.feeds or city.broken):
            raise ProfileError(
                f"城市“{city.facts.id}”还没有数据源，没有可运行的", f"the city '{city.facts.id}' has no feed yet, so there is nothing to run",
                file=city.folder / "feeds",
                remedy_zh="选一个：chengguan feed list；由样本起草：chengguan feed draft FEED 样本文件",
                remedy_en="choose one with `chengguan feed list`, draft it with `chengguan feed draft FEED FILES`",
            )  # fmt: skip
        day = chosen_day(city, asked)
        by_clock = asked is None and city.facts.default_as_of is None
        return _run(settings, city, day, tell, retries, by_clock=by_clock)
    except ChengguanError as problem:
        # Another night that is running speaks for itself, and a date that cannot be run is a slip of who typed it.
        if problem.where.get("file") != str(lock_path(settings)) and problem.where.get("key") != "--date":
            review.could_not_begin(settings, city, day, problem)
        raise
    except Exception as error:
        fault = fault_of(error, settings.home)
        if fault is None:
            raise
        review.could_not_begin(settings, city, day, fault)
        raise fault from error


def _run(
    settings: Settings, city: City, day: dt.date, tell: Tell, retries: dg.RetryPolicy, *, by_clock: bool
) -> NightReport:
    started = time.perf_counter()
    check_place(settings)
    with night_lock(settings):
        check_home(settings)
        guard_city(settings, city)
        check_clock(settings, day, by_clock=by_clock)
        report = _run_job(settings, city, day, tell, retries)
    if report.was_interrupted:
        raise KeyboardInterrupt  # Dagster has kept it to itself, to mark the run first
    with open_instance(settings) as instance:
        alerted = review.review(instance, report.run_id, settings, city)
    report.incidents = [": ".join(incident.key) for incident in alerted.open]
    report.alerts_sent, report.alerts_undelivered = alerted.sent, alerted.silent
    report.seconds = round(time.perf_counter() - started, 1)
    if not report.success:
        report.exit_code = report.exit_code or ChengguanError.exit_code
    return report


def _run_job(settings: Settings, city: City, day: dt.date, tell: Tell, retries: dg.RetryPolicy) -> NightReport:
    with open_instance(settings) as instance:
        report = NightReport(str(uuid.uuid4()), city.facts.id, day, recovered=recover(instance))
        defs = build_defs(settings=settings, city=city, retries=retries)
        job = defs.resolve_job_def(NIGHTLY)
        follower = _Follower(report, tell)
        report.steps = {name: Step(name, "waiting") for name in _in_order(job)}
        instance.add_event_listener(report.run_id, follower)
        result = job.execute_in_process(
            instance=instance, partition_key=day.isoformat(), run_id=report.run_id, tags=tags(), raise_on_error=False
        )
        report.success = result.success
    return report


def _in_order(job: dg.JobDefinition) -> list[str]:
    return [node.name for node in job.graph.nodes_in_topological_order]


class _Follower:
    """Reads the run's events as they are stored, into the report."""

    def __init__(self, report: NightReport, tell: Tell) -> None:
        self.report, self.tell = report, tell
        self.began: dict[str, float] = {}

    def __call__(self, entry: dg.EventLogEntry) -> None:
        if entry.step_key is None:
            self._run_ended(entry.dagster_event)
            return
        step = self.report.steps.setdefault(entry.step_key, Step(entry.step_key))
        event = entry.dagster_event
        if event is None:
            self.tell("note", step, entry.user_message)
        elif event.is_step_start:
            step.status = "running"
            self.began.setdefault(step.name, entry.timestamp)
            self.tell("started", step, "")
        elif event.is_step_up_for_retry:
            self.tell("retry", step, _first_line(event.step_retry_data.error))
        elif event.is_step_success:
            self._end(step, entry.timestamp, "done", "")
        elif event.is_step_failure:
            self._end(step, entry.timestamp, "failed", self._why(event))
        elif event.is_step_materialization:
            self._materialised(step, event.materialization)
        elif event.event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION:
            self._checked(event.asset_check_evaluation_data)

    def _run_ended(self, event: dg.DagsterEvent | None) -> None:
        if event is not None and event.is_run_failure:
            data = event.job_failure_data
            reason = data.failure_reason.value if data.failure_reason else ""
            self.report.was_interrupted = self.report.was_interrupted or reason == "UNEXPECTED_TERMINATION"
            self.report.error = _first_line(data.error) if reason != "STEP_FAILURE" else ""

    def _end(self, step: Step, timestamp: float, status: str, message: str) -> None:
        step.seconds = round(timestamp - self.began.get(step.name, timestamp), 1)
        step.status, step.message = status, message
        self.tell(status, step, message)

    def _why(self, event: dg.DagsterEvent) -> str:
        told = event.step_failure_data.user_failure_data
        if told is None or told.description is None:
            error = event.step_failure_data.error
            self.report.exit_code = self.report.exit_code or ChengguanError.exit_code
            return _first_line(error.cause or error) if error else ""
        self.report.was_interrupted = self.report.was_interrupted or told.description == INTERRUPTED
        code = told.metadata.get("exit_code")
        self.report.exit_code = self.report.exit_code or _count(code.value if code else ChengguanError.exit_code)
        return told.description

    def _materialised(self, step: Step, made: dg.AssetMaterialization) -> None:
        values = {name: entry.value for name, entry in made.metadata.items()}
        layer, name = made.asset_key.path[0], made.asset_key.path[-1]
        if layer == "raw":
            step.facts = self.report.feeds[name] = {count: _count(values.get(count)) for count in _COUNTS}
            for told, kept in (
                ("unknown_columns", self.report.unknown_columns),
                ("files_left", self.report.files_left),
            ):
                if isinstance(said := values.get(told), list):
                    kept[name] = [str(one) for one in said]
        elif made.asset_key == RELEASE:
            step.facts = self.report.release = {
                key: values.get(key) for key in ("release", "outcome", "is_current", "path")
            }
        elif layer in ("staging", "intermediate", "core", "marts"):
            self.report.models[f"{layer}.{name}"] = _count(values.get("dagster/row_count"))

    def _checked(self, told: Any) -> None:
        name, outcome = f"{told.asset_key.to_user_string()}: {told.check_name}", outcome_of(told)
        if KEPT_FROM in told.metadata:
            self.report.checks_kept += 1
        if outcome == "passed":
            self.report.checks_passed += KEPT_FROM not in told.metadata
        elif outcome == "failed":
            self.report.checks_failed.append(name)
        else:
            self.report.checks_warned.append(name)


def _first_line(error: Any) -> str:
    return str(error.message if error else "").strip().partition("\n")[0]


def _count(value: object) -> int:
    return value if isinstance(value, int) else 0
