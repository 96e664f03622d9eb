"""Nights that end badly or bring nothing new, and what the person on call hears of them. dbt is a stand-in, so a night takes a second."""

import datetime as dt
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from pydantic import SecretStr

from pipelines import definitions
from pipelines.alerts import channels
from pipelines.alerts.incidents import Key, Kind
from pipelines.alerts.review import book_of
from pipelines.city import City, load_city
from pipelines.errors import ProfileError, SetupError
from pipelines.landing.conservation import Violation
from pipelines.orchestration import checks, night, review, runs
from pipelines.orchestration.home import night_lock
from pipelines.publish.release import current_release
from pipelines.quality.held import decide, list_held
from pipelines.settings import Settings
from tests.conftest import AS_OF, DEMOLITIONS
from tests.databases import PASSWORD, Postgres, encoded, free_port
from tests.pipeline.conftest import FLOW, IMPATIENT
from tests.pipeline.fakes import FakeDbt, write_manifest
from tests.unit.alert_receiver import Receiver, receiver

MONTHLY = '\n[freshness]\nevery = "month"\nwarn_after_days = 10\nfail_after_days = 40\n'
REFUSED: Key = (Kind.REFUSED, "demolitions")
LATE: Key = (Kind.LATE, "demolitions")
RUN: Key = (Kind.RUN, "nightly")


class Home:
    """A small city whose alerts go to a receiver on this machine."""

    def __init__(
        self, settings: Settings, webhook: Receiver, fakes: dict[str, Any], instance: dg.DagsterInstance
    ) -> None:
        self.settings, self.webhook, self.fakes, self.instance = settings, webhook, fakes, instance

    def definitions(self) -> dg.Definitions:
        return definitions.build_defs(
            settings=self.settings, city=load_city(self.settings), retries=IMPATIENT, **self.fakes
        )

    def run(self, day: dt.date = AS_OF) -> dg.ExecuteInProcessResult:
        """A night without what follows it."""
        job = self.definitions().resolve_job_def("nightly")
        return job.execute_in_process(instance=self.instance, partition_key=day.isoformat(), raise_on_error=False)

    def night(self, day: dt.date = AS_OF) -> bool:
        """A night and the look after it; whether it ended well."""
        result = self.run(day)
        review.review(self.instance, result.run_id, self.settings, load_city(self.settings))
        return result.success

    def told(self) -> list[str]:
        """The titles since the last time somebody asked."""
        titles = [got["title"] for got in self.webhook.got]
        self.webhook.got.clear()
        return titles

    @property
    def open(self) -> list[Key]:
        return [incident.key for incident in book_of(self.settings).open]

    def deliver(self, name: str, text: str) -> Path:
        path = self.settings.inbox_dir / "demolitions" / name
        path.write_text(text, encoding="utf-8")
        return path


@pytest.fixture
def fakes(dbt: FakeDbt, tmp_path: Path) -> dict[str, Any]:
    return {"manifest": write_manifest(tmp_path), "resources": {"dbt": dbt}}


@pytest.fixture
def home(settings: Settings, city: City, fakes: dict[str, Any], instance: dg.DagsterInstance) -> Iterator[Home]:
    with receiver() as webhook:
        yield Home(settings.model_copy(update={"alerts": SecretStr(webhook.address)}), webhook, fakes, instance)


def test_a_refused_file_is_told_once_with_its_place_and_its_mending_once(home: Home) -> None:
    bad = home.deliver("13812345678_b.csv", "编号,面积\n3,张三\n")
    assert not home.night()
    assert home.open == [REFUSED]
    [message] = [got["message"] for got in home.webhook.got]
    assert "[电话]_b.csv" in message and "chengguan ingest demolitions FILE" in message
    assert "张三" not in message and "13812345678" not in message
    [title] = home.told()
    assert "拆除" in title
    home.night()
    assert home.told() == []
    bad.unlink()
    assert home.night()
    assert (home.open, ["已恢复" in title for title in home.told()]) == ([], [True])


def test_a_night_that_brings_nothing_new_is_noticed_though_it_ends_well(
    home: Home, write_city: Callable[..., City]
) -> None:
    write_city(DEMOLITIONS + MONTHLY, FLOW)
    in_time, late = dt.date(2017, 3, 10), dt.date(2017, 3, 11)
    assert home.night(in_time)
    assert home.open == []
    assert home.night(late)
    assert home.open == [LATE]
    [message] = [got["message"] for got in home.webhook.got]
    assert "最新记录 2017-01-05，应于 2017-02-28 前到达，已迟 11 天" in message
    home.told()
    home.deliver("b.csv", "编号,违建编号,拆除日期,面积,方式\n9,W9,2017-02-20,3,自拆\n")
    home.night(late + dt.timedelta(days=1))
    assert (home.open, len(home.told())) == ([], 1)


def test_how_fresh_a_feed_is_stands_on_its_check(home: Home, write_city: Callable[..., City]) -> None:
    write_city(DEMOLITIONS + MONTHLY, FLOW)
    [told] = [
        event.asset_check_evaluation_data
        for event in home.run().all_events
        if event.event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION
        and event.asset_check_evaluation_data.check_name == "freshness"
    ]
    assert told.severity == dg.AssetCheckSeverity.WARN and not told.blocking
    values = {name: entry.value for name, entry in told.metadata.items()}
    assert values == {
        "state": "missing", "newest_record_on": "2017-01-05", "last_batch_for": "2017-09-25", "expected_on": "2017-02-28",
        "days_late": 209,
    }  # fmt: skip


def test_a_failed_check_is_told_by_its_name_and_not_a_second_time_as_a_failed_run(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = Violation("b" * 32, "demolitions", "a.csv", 2, 2, 1, 0)
    monkeypatch.setattr(checks, "check_conservation", lambda _, feed: [lost] if feed == "demolitions" else [])
    assert not home.night()
    assert home.open == [(Kind.CHECK, "raw/demolitions: conservation")]


def test_models_that_fail_are_a_failed_run(home: Home, dbt: FakeDbt) -> None:
    dbt.fails = True
    home.night()
    assert home.open == [RUN]
    assert "dbt_models" in home.webhook.got[0]["message"]
    dbt.fails = False
    home.night()
    assert home.open == []


def test_a_copy_in_postgres_that_fails_is_told_and_the_release_stands(home: Home, tmp_path: Path) -> None:
    away = SecretStr(f"postgresql://bi:{encoded(PASSWORD)}@127.0.0.1:{free_port()}/none")
    home.settings = home.settings.model_copy(update={"publish_postgres": away})
    assert not home.night()
    assert (current_release(home.settings), home.open) != (None, [])
    [message] = [got["message"] for got in home.webhook.got]
    assert "发布版已发布，不受影响" in message and "未发布新版" not in message and "chengguan bi postgres" in message
    assert PASSWORD not in message and encoded(PASSWORD) not in message
    server = Postgres(tmp_path / "pg")
    try:
        home.settings = home.settings.model_copy(update={"publish_postgres": SecretStr(server.url)})
        assert home.night()
        assert home.open == []
        assert server.rows("select release_id from meta.release") == [("20170925.1",)]
    finally:
        server.stop()


def test_a_refused_file_says_nothing_of_what_was_not_looked_at(home: Home, dbt: FakeDbt) -> None:
    dbt.fails = True
    home.night()
    home.deliver("b.csv", "编号,面积\n3,1\n")
    home.night()
    assert home.open == [RUN, REFUSED]


def test_a_night_that_cannot_begin_is_a_failed_run(home: Home) -> None:
    (home.settings.city_dir / "city.toml").write_text("[city]\nid = 3\n", encoding="utf-8")
    with pytest.raises(ProfileError):
        night.run_night(home.settings, AS_OF, lambda *_: None)
    assert home.open == [RUN]
    message = home.webhook.got[0]["message"]
    assert "city.toml" in message and "--date" not in message


def test_a_second_night_at_the_same_time_is_no_incident(home: Home) -> None:
    with night_lock(home.settings), pytest.raises(Exception, match="another night is running: pid"):
        night.run_night(home.settings, AS_OF, lambda *_: None)
    assert home.open == []


def test_a_date_that_cannot_be_run_is_no_incident(home: Home) -> None:
    with pytest.raises(SetupError, match="--date"):
        night.run_night(home.settings, dt.date(2010, 1, 1), lambda *_: None)
    assert home.open == []


def test_a_night_of_the_command_line_is_looked_after_once_though_its_channel_hangs(
    home: Home, fakes: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(night, "build_defs", partial(definitions.build_defs, **fakes))
    monkeypatch.setattr(channels.send, "__defaults__", (0.2,))
    home.webhook.status = None
    home.deliver("b.csv", "编号,面积\n3,1\n")
    report = night.run_night(home.settings, AS_OF, lambda *_: None, IMPATIENT)
    assert (report.exit_code, report.alerts_sent, report.alerts_undelivered) == (3, 0, ["json-1"])
    assert report.incidents == ["refused: demolitions"]
    with runs.open_instance(home.settings) as instance:
        review.review(instance, report.run_id, home.settings, load_city(home.settings))
    [incident] = book_of(home.settings).open
    assert incident.times == 1, "the daemon's sensor meets the same run"


def test_a_run_of_the_daemon_is_looked_after_by_its_sensor(home: Home) -> None:
    home.deliver("b.csv", "编号,面积\n3,1\n")
    result = home.run()
    [event] = [event for event in result.all_events if event.event_type == dg.DagsterEventType.RUN_FAILURE]
    run = home.instance.get_run_by_id(result.run_id)
    assert run is not None
    sensor = home.definitions().resolve_sensor_def("alerts_after_failure")
    sensor(dg.build_run_status_sensor_context("alerts_after_failure", event, home.instance, run))
    assert home.open == [REFUSED]
    assert len(home.told()) == 1


def test_a_batch_that_waits_for_a_decision_is_one_incident_until_it_is_decided(home: Home) -> None:
    home.night()
    home.told()
    home.deliver(
        "c.csv", "编号,违建编号,拆除日期,面积,方式\n" + "".join(f"{n},W{n},不详,1,自拆\n" for n in range(100, 130))
    )
    assert not home.night()
    [(kind, subject)] = home.open
    assert (kind, subject.partition(":")[0]) == (Kind.HELD, "demolitions")
    assert len(home.told()) == 1
    [held] = list_held(home.settings)
    decide(home.settings, held["batch_id"], "reject", "值班员", "来源单位确认导出有误")
    assert home.night()
    assert home.open == []
