"""Alerts leave the house as they should, fail in silence only for the night, and give no secret away."""

import datetime as dt
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from pipelines.alerts import channels, review
from pipelines.alerts.channels import Channel, Undelivered
from pipelines.alerts.incidents import Kind, Seen, Trouble
from pipelines.alerts.messages import Message
from pipelines.settings import Settings
from tests.unit.alert_receiver import Receiver, receiver

MESSAGE = Message("标题 title", "正文 body", "warning")


@pytest.fixture
def webhook() -> Iterator[Receiver]:
    with receiver() as told:
        yield told


def configured(settings: Settings, *addresses: str) -> Settings:
    return settings.model_copy(update={"alerts": SecretStr(" ".join(addresses))})


def night(number: int, *kinds: Kind) -> Seen:
    """A night that shows troubles of these kinds and saw everything."""
    at = dt.datetime(2017, 9, 26, 2) + dt.timedelta(days=number)
    troubles = tuple(Trouble(kind, f"hotline_tickets{at_}", {"problems": []}) for at_, kind in enumerate(kinds))
    return Seen(f"run-{number}", "nightly", at.date(), at, troubles, whole=frozenset(Kind))


def test_addresses_are_told_apart_by_blanks_and_commas_and_named_without_their_secrets(settings: Settings) -> None:
    said = "wecombot://secret-1, mailto://u:p@example.org?to=a@example.org,b@example.org\nwecombot://secret-2 feishu://secret-3"
    found = channels.channels_of(configured(settings, said))
    assert [channel.name for channel in found] == ["wecombot-1", "mailto-1", "wecombot-2", "feishu-1"]
    assert found[1].address == "mailto://u:p@example.org?to=a@example.org,b@example.org"
    assert "secret" not in repr(found)


def test_addresses_of_the_usual_channels_are_understood_and_slips_are_named(settings: Settings) -> None:
    good = (
        "wecombot://abcdefgh-1234",
        "dingtalk://abcdef123456",
        "feishu://abcdef",
        "mailto://u:p@example.org",
        "json://h/",
    )
    assert channels.refused(channels.channels_of(configured(settings, *good))) == []
    assert channels.refused(channels.channels_of(configured(settings, "wecombt://abc", *good))) == ["wecombt-1"]


def test_what_is_sent_arrives_as_it_is(webhook: Receiver) -> None:
    channels.send(Channel("json-1", webhook.address), MESSAGE)
    [got] = webhook.got
    assert (got["title"], got["message"], got["type"]) == ("标题 title", "正文 body", "warning")


def test_a_channel_that_refuses_is_an_error_without_its_secrets(
    webhook: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    webhook.status = 500
    with caplog.at_level(logging.DEBUG), pytest.raises(Undelivered) as problem:
        channels.send(Channel("json-1", webhook.address), MESSAGE)
    said = problem.value.render() + caplog.text
    assert "json-1" in said
    assert "S3cretWord" not in said and "T0kenInPath" not in said


def test_a_channel_that_never_answers_is_given_up(webhook: Receiver) -> None:
    webhook.status = None
    with pytest.raises(Undelivered, match="no answer"):
        channels.send(Channel("json-1", webhook.address), MESSAGE, seconds=0.2)


def test_an_incident_is_sent_once_and_its_end_once(settings: Settings, webhook: Receiver) -> None:
    settings = configured(settings, webhook.address)
    for number, kinds in enumerate([(Kind.REFUSED,), (Kind.REFUSED,), (), ()]):
        review.review(settings, "小城 Smalltown", night(number, *kinds))
    assert [got["type"] for got in webhook.got] == ["failure", "success"]
    assert "新问题 new" in webhook.got[0]["title"] and "已恢复 recovered" in webhook.got[1]["title"]


def test_what_could_not_be_sent_is_sent_the_next_time(settings: Settings, webhook: Receiver) -> None:
    settings = configured(settings, webhook.address)
    webhook.status = 503
    first = review.review(settings, "小城 Smalltown", night(0, Kind.REFUSED))
    assert (first.sent, first.silent, list(review.book_of(settings).silent)) == (0, ["json-1"], ["json-1"])
    webhook.status = 200
    webhook.got.clear()
    second = review.review(settings, "小城 Smalltown", night(1, Kind.REFUSED))
    assert (second.sent, second.silent, review.book_of(settings).silent) == (1, [], {})
    assert "新问题 new" in webhook.got[0]["title"]


def test_one_channel_that_fails_does_not_keep_the_others_waiting(settings: Settings, webhook: Receiver) -> None:
    settings = configured(settings, "json://127.0.0.1:9/", webhook.address)
    outcome = review.review(settings, "小城 Smalltown", night(0, Kind.REFUSED, Kind.LATE))
    assert (outcome.sent, outcome.silent) == (2, ["json-1"])
    assert len(webhook.got) == 2


def test_many_incidents_at_once_are_five_messages_and_a_list(settings: Settings, webhook: Receiver) -> None:
    settings = configured(settings, webhook.address)
    review.review(settings, "小城 Smalltown", night(0, *[Kind.REFUSED] * 40))
    assert len(webhook.got) == 6
    assert "35" in webhook.got[-1]["title"]
    assert review.review(settings, "小城 Smalltown", night(1, *[Kind.REFUSED] * 40)).sent == 0


def test_without_channels_incidents_are_kept_and_told_to_the_first_that_is_named(
    settings: Settings, webhook: Receiver
) -> None:
    review.review(settings, "小城 Smalltown", night(0, Kind.REFUSED))
    assert [incident.kind for incident in review.book_of(settings).open] == [Kind.REFUSED]
    review.review(configured(settings, webhook.address), "小城 Smalltown", night(1, Kind.REFUSED))
    assert "2017-09-26" in webhook.got[0]["message"]


def test_a_failure_of_the_alerts_themselves_is_no_failure_of_the_night(settings: Settings) -> None:
    settings.incidents.parent.write_text("a file where the folder should be")
    assert review.review(settings, "小城 Smalltown", night(0, Kind.REFUSED)).sent == 0


def test_no_secret_is_kept_in_the_book(settings: Settings, webhook: Receiver) -> None:
    review.review(configured(settings, webhook.address), "小城 Smalltown", night(0, Kind.REFUSED))
    kept = settings.incidents.read_text(encoding="utf-8")
    assert json.loads(kept)["incidents"][0]["told"].keys() == {"json-1"}
    assert "S3cretWord" not in kept and "T0kenInPath" not in kept


def test_a_night_with_nothing_to_tell_does_not_load_what_sends(settings: Settings) -> None:
    quiet = (
        "import sys; from pipelines.alerts.review import review; from pipelines.settings import Settings; "
        "review(Settings(), 'x', None); sys.exit('apprise' in sys.modules)"
    )
    environment = {**os.environ, "CHENGGUAN_HOME": str(settings.home), "CHENGGUAN_ALERTS": "json://127.0.0.1:9/"}
    assert subprocess.run([sys.executable, "-c", quiet], env=environment, check=False).returncode == 0
