"""A clock that was set back or ran ahead: refused before it can spoil later nights, and an old day on purpose is none of that."""

import datetime as dt
from collections.abc import Callable

import dagster as dg
import pytest
from typer.testing import CliRunner

from pipelines.city import City
from pipelines.cli.app import app
from pipelines.errors import SetupError
from pipelines.landing.ingest import ingest_feed
from pipelines.landing.store import read_connection, write_connection
from pipelines.orchestration.clock import LONGEST_REST, TOLERANCE, check_clock
from pipelines.settings import Settings
from tests.conftest import AS_OF


@pytest.fixture
def loaded(settings: Settings, write_city: Callable[..., City]) -> dt.datetime:
    """A home in which a batch was loaded; the moment, by the ledger."""
    city = write_city()
    (settings.inbox_dir / "demolitions").mkdir()
    row = "编号,违建编号,拆除日期,面积,方式\n1,W1,2017-01-05,10.5,自拆\n"
    (settings.inbox_dir / "demolitions/a.csv").write_text(row, encoding="utf-8")
    [batch] = ingest_feed(settings, city, "demolitions", AS_OF).batches
    assert batch.loaded_at_utc is not None
    return batch.loaded_at_utc


def test_a_clock_that_stands_before_the_ledger_is_refused(settings: Settings, loaded: dt.datetime) -> None:
    check_clock(settings, AS_OF, by_clock=False, now=loaded - TOLERANCE)
    with pytest.raises(SetupError, match="the clock stands before the ledger's last line") as refused:
        check_clock(settings, AS_OF, by_clock=False, now=loaded - TOLERANCE - dt.timedelta(seconds=1))
    assert "时钟" in refused.value.zh and f"{loaded:%Y-%m-%d %H:%M}" in refused.value.zh and refused.value.remedy_zh


def test_a_day_far_ahead_must_be_named(settings: Settings, loaded: dt.datetime) -> None:
    far = AS_OF + LONGEST_REST + dt.timedelta(days=1)
    check_clock(settings, far - dt.timedelta(days=1), by_clock=True)
    check_clock(settings, far, by_clock=False)
    with pytest.raises(SetupError, match="is the clock ahead") as refused:
        check_clock(settings, far, by_clock=True)
    assert "时钟是否超前" in refused.value.zh and f"chengguan nightly --date {far}" in refused.value.remedy_en


def test_an_earlier_day_on_purpose_is_no_matter_of_the_clock(settings: Settings, loaded: dt.datetime) -> None:
    check_clock(settings, AS_OF - dt.timedelta(days=400), by_clock=False)


def test_a_home_without_a_ledger_knows_no_time(settings: Settings) -> None:
    check_clock(settings, AS_OF, by_clock=True, now=dt.datetime(1970, 1, 1))
    with write_connection(settings):
        pass
    check_clock(settings, AS_OF, by_clock=True, now=dt.datetime(1970, 1, 1))


FAR = (AS_OF + LONGEST_REST + dt.timedelta(days=1)).isoformat()


@pytest.mark.parametrize(("name", "tag"), [("nightly", "dagster/schedule_name"), ("arrivals", "dagster/sensor_name")])
def test_what_the_clock_begins_is_held_to_it_too(
    defs: dg.Definitions, instance: dg.DagsterInstance, name: str, tag: str
) -> None:
    job = defs.resolve_job_def(name)
    assert job.execute_in_process(instance=instance, partition_key=AS_OF.isoformat()).success
    late = job.execute_in_process(instance=instance, partition_key=FAR, tags={tag: name}, raise_on_error=False)
    assert not late.success
    assert "is the clock ahead?" in " ".join(str(entry.dagster_event) for entry in instance.all_logs(late.run_id))


def test_a_night_that_somebody_names_is_held_to_the_ledger(
    settings: Settings, defs: dg.Definitions, instance: dg.DagsterInstance
) -> None:
    job = defs.resolve_job_def("nightly")
    assert job.execute_in_process(instance=instance, partition_key=AS_OF.isoformat()).success
    with write_connection(settings) as connection:
        connection.execute("update ops.ledger set loaded_at_utc = now() + interval 3 days")
    again = job.execute_in_process(instance=instance, partition_key=FAR, raise_on_error=False)
    assert not again.success
    assert "stands before the ledger" in " ".join(str(one.dagster_event) for one in instance.all_logs(again.run_id))


@pytest.fixture
def town(settings: Settings, loaded: dt.datetime, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The loaded home as the command line finds it, with a file that has come since."""
    for name, value in (
        ("HOME", settings.home), ("CITY", settings.city), ("CITIES", settings.cities), ("INBOX", settings.inbox_dir),
    ):  # fmt: skip
        monkeypatch.setenv(f"CHENGGUAN_{name}", str(value))
    row = "编号,违建编号,拆除日期,面积,方式\n2,W2,2017-01-05,10.5,自拆\n"
    (settings.inbox_dir / "demolitions/b.csv").write_text(row, encoding="utf-8")
    return settings


def test_ingest_and_retention_under_a_clock_set_back_touch_nothing(town: Settings) -> None:
    with write_connection(town) as connection:
        connection.execute("update ops.ledger set loaded_at_utc = now() + interval 3 days")
    extra = str(town.inbox_dir / "demolitions/b.csv")
    for command in (
        ["ingest", "demolitions", extra, "--date", AS_OF.isoformat()],
        ["retention", "--apply", "--date", AS_OF.isoformat()],
    ):
        said = CliRunner().invoke(app, command)
        assert isinstance(said.exception, SetupError) and "the clock stands before" in said.exception.en
    with read_connection(town) as connection:
        assert connection.execute("select count(*) from ops.ledger").fetchall() == [(1,)]


def test_ingest_for_a_day_far_ahead_must_name_it(town: Settings) -> None:
    extra = str(town.inbox_dir / "demolitions/b.csv")
    said = CliRunner().invoke(app, ["ingest", "demolitions", extra])
    assert isinstance(said.exception, SetupError) and "是否超前" in said.exception.zh
    yesterday = said.exception.where["value"]
    assert CliRunner().invoke(app, ["ingest", "demolitions", extra, "--date", str(yesterday)]).exit_code == 0
