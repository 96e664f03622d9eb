"""The command line on alerts: what is open, whether channels work; never a channel's secret."""

import datetime as dt
import json
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from pipelines.alerts.incidents import Book, Kind, Seen, Trouble, save
from pipelines.alerts.review import book_of
from pipelines.cli.app import app
from pipelines.cli.findings import alerts
from pipelines.settings import Settings
from tests.unit.alert_receiver import Receiver, receiver


@pytest.fixture
def home(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("CHENGGUAN_HOME", str(settings.home))
    return settings


@pytest.fixture
def webhook(home: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    with receiver() as told:
        monkeypatch.setenv("CHENGGUAN_ALERTS", told.address)
        yield told


def run(*args: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["alerts", *args])
    return result.exit_code, result.output


def happened(settings: Settings, *troubles: Trouble, night: int = 0, over: bool = False) -> None:
    book = book_of(settings) if night else Book()
    at = dt.datetime(2017, 9, 26, 2) + dt.timedelta(days=night)
    book.record(
        Seen(f"run-{night}", "nightly", at.date(), at, troubles, whole=frozenset(Kind) if over else frozenset())
    )
    save(book, settings.incidents)


def test_nothing_wrong_is_said_so(home: Settings) -> None:
    assert run("list") == (0, "✓ 没有未恢复的问题 / nothing is wrong\n")


def test_open_incidents_are_listed_with_the_next_command_and_closed_ones_when_asked_for(home: Settings) -> None:
    happened(home, Trouble(Kind.REFUSED, "hotline_tickets"))
    code, said = run("list")
    assert code == 0
    assert "hotline_tickets" in said and "chengguan ingest hotline_tickets FILE" in said
    happened(home, Trouble(Kind.LATE, "demolitions"), night=1, over=True)
    said = run("list")[1]
    assert "demolitions" in said and "hotline_tickets" not in said
    said = run("list", "--closed")[1]
    assert "hotline_tickets" in said and "over 2017-09-27" in said
    told = json.loads(run("list", "--json")[1])
    assert [one["subject"] for one in told["incidents"]] == ["demolitions"]


def test_a_test_message_reaches_the_channel(webhook: Receiver) -> None:
    code, said = run("test")
    assert (code, [got["title"] for got in webhook.got]) == (0, ["[城管数仓 changji] 测试 test"])
    assert "json-1" in said and "S3cretWord" not in said


def test_a_channel_that_takes_nothing_is_named_and_an_error(webhook: Receiver) -> None:
    webhook.status = 500
    code, said = run("test")
    assert code == 1
    assert "json-1" in said and "S3cretWord" not in said and "T0kenInPath" not in said


def test_without_channels_a_test_says_how_to_name_one(home: Settings) -> None:
    result = CliRunner().invoke(app, ["alerts", "test"])
    assert "CHENGGUAN_ALERTS" in str(result.exception)


def test_the_doctor_tells_channels_by_name_and_slips_as_such(
    webhook: Receiver, home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    [fine] = alerts(Settings())
    assert (fine.level, "json-1" in fine.en) == ("ok", True)
    monkeypatch.setenv("CHENGGUAN_ALERTS", f"{webhook.address} wecombt://S3cretWord")
    [slip] = alerts(Settings())
    assert slip.level == "warn"
    assert "wecombt-1" in slip.en and "S3cretWord" not in str(slip)
