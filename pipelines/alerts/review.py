"""The one way in: what a run showed goes into the book, and what is due goes out.

Belongs here: the order of things. The book is written before anything is sent and after each message, so that a process that dies tells
nothing twice but, at worst, the one message it was sending. Nothing that fails here may fail a night: it is logged, kept, and tried again.
"""

import datetime as dt
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from filelock import FileLock, Timeout

from pipelines.alerts import channels, messages
from pipelines.alerts.channels import Channel, Undelivered
from pipelines.alerts.incidents import Book, Incident, Seen, What, load, save
from pipelines.alerts.lineage import lineage_of
from pipelines.alerts.messages import Context, Message
from pipelines.publish.release import current_release
from pipelines.settings import Settings

logger = logging.getLogger(__name__)

#: Messages of their own that a channel gets at once; what is more comes as one list.
MOST_AT_ONCE = 5
#: All sending of one review together; what is left over is sent the next time.
ALL_SECONDS = 60.0

Send = Callable[[Channel, Message], None]


@dataclass
class Outcome:
    """What a review did: incidents open now, messages sent, channels that took none."""

    open: list[Incident] = field(default_factory=list)
    sent: int = 0
    silent: list[str] = field(default_factory=list)


def review(settings: Settings, city: str, seen: Seen | None, send: Send = channels.send) -> Outcome:
    """Records what a run showed (None: nothing new) and sends what is due. Never raises: a night must not fail because of its alerts."""
    try:
        with _alone(settings):
            book = load(settings.incidents)
            if seen is not None:
                book.record(seen)
                _save(book, settings)
            outcome = _deliver(settings, city, book, send)
            outcome.open = book.open
            return outcome
    except Exception:
        logger.warning("alerts: the review could not be finished", exc_info=True)
        return Outcome()


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """One review at a time. Where the home cannot be written there is no lock either, and all the more to tell."""
    with ExitStack() as held:
        try:
            settings.incidents.parent.mkdir(parents=True, exist_ok=True)
            held.enter_context(FileLock(settings.incidents.with_suffix(".lock"), timeout=2 * ALL_SECONDS))
        except OSError as error:
            if isinstance(error, Timeout):
                raise
            logger.warning("alerts: the home cannot be written", exc_info=True)
        yield


def _save(book: Book, settings: Settings) -> None:
    """Writes the book down. On a full disk it cannot be, and the alert is sent all the same; at worst it comes twice."""
    try:
        save(book, settings.incidents)
    except OSError:
        logger.warning("alerts: the book of incidents cannot be written", exc_info=True)


def book_of(settings: Settings) -> Book:
    """The incidents as they were last written."""
    return load(settings.incidents)


def _deliver(settings: Settings, city: str, book: Book, send: Send) -> Outcome:
    outcome = Outcome()
    ends = time.monotonic() + ALL_SECONDS
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None, microsecond=0)
    remind_after = dt.timedelta(days=settings.alerts_remind_days)
    due = {channel: list(book.due(channel.name, now, remind_after)) for channel in channels.channels_of(settings)}
    if not any(due.values()):
        return outcome
    tell = _Teller(settings, city)
    for channel, pending in due.items():
        for group in _grouped(pending):
            try:
                if time.monotonic() > ends:
                    raise Undelivered("告警用时过长", "sending alerts took too long", key=channel.name)
                send(channel, tell.message(group))
            except Undelivered as problem:
                logger.warning("alerts: %s: %s", channel.name, problem.en)
                book.silent.setdefault(channel.name, now.isoformat())
                outcome.silent.append(channel.name)
                _save(book, settings)
                break
            book.silent.pop(channel.name, None)
            for incident, what in group:
                incident.tell(channel.name, what, now)
            outcome.sent += 1
            _save(book, settings)
    return outcome


def _grouped(pending: list[tuple[Incident, What]]) -> list[list[tuple[Incident, What]]]:
    """One message an incident, and one for all that are too many."""
    single, others = pending[:MOST_AT_ONCE], pending[MOST_AT_ONCE:]
    return [[one] for one in single] + ([others] if others else [])


class _Teller:
    """Puts messages together; what they say of release and marts is looked up once."""

    def __init__(self, settings: Settings, city: str) -> None:
        self._lineage = lineage_of(settings)
        current = current_release(settings)
        self._context = Context(city, current.id if current else None, current.as_of.isoformat() if current else None)

    def message(self, group: list[tuple[Incident, What]]) -> Message:
        if len(group) > 1:
            return messages.rest(group, self._context)
        [(incident, what)] = group
        marts = self._lineage.waiting_for(incident) if self._lineage else None
        context = Context(self._context.city, self._context.release_id, self._context.release_as_of, marts)
        return messages.compose(incident, what, context)
