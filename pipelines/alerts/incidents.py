"""Incidents: what is wrong, since when, who was told. Kept in one small file of the home.

Belongs here: when an incident begins and ends, and which message is due. An incident has a key, its kind and its subject; what a night shows
again under a key that is open is the same incident. What is said stands in `messages`, how it is sent in `channels`.
"""

import datetime as dt
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

#: Closed incidents that are remembered.
_REMEMBERED = 200

What = Literal["opened", "reminder", "recovered"]


class Kind(StrEnum):
    """What can be wrong. `run`: a run failed for another reason than those below; `check`: a blocking check failed."""

    RUN = "run"
    CHECK = "check"
    LATE = "late"
    REFUSED = "refused"
    HELD = "held"


#: (kind, subject): a job, `asset: check`, a feed, or `feed: batch`.
Key = tuple[Kind, str]

#: Of these only the newest business day counts: an old day run again says nothing of today.
_OF_THE_DAY = {Kind.LATE, Kind.CHECK}


@dataclass(frozen=True)
class Trouble:
    """One thing that a run showed to be wrong. `facts` are counts, dates and names that may be told to anybody: never a cell's value."""

    kind: Kind
    subject: str
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> Key:
        return self.kind, self.subject


@dataclass(frozen=True)
class Seen:
    """What one run showed: troubles, keys that were looked at and are `sound`, and kinds of which it saw all there is (`whole`).

    A night that could not begin may not know its day: it makes no later one an old day.
    """

    run_id: str
    job: str
    as_of: dt.date
    at: dt.datetime
    troubles: tuple[Trouble, ...] = ()
    sound: frozenset[Key] = frozenset()
    whole: frozenset[Kind] = frozenset()
    has_begun: bool = True


@dataclass
class Incident:
    """`told` holds, for each channel, when it was last told that the incident is open; `recovery_told` the channels that know of its end.

    Times are UTC in ISO form, `opened_for` and `last_seen_for` business days, `times` the number of runs that showed it.
    """

    kind: Kind
    subject: str
    opened_at: str
    opened_for: str
    last_seen_at: str
    last_seen_for: str
    times: int = 1
    closed_at: str | None = None
    closed_for: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)
    recovery_told: list[str] = field(default_factory=list)

    @property
    def key(self) -> Key:
        return self.kind, self.subject

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    def due(self, channel: str, now: dt.datetime, remind_after: dt.timedelta) -> What | None:
        """The message that the channel should get now. One that never heard of an incident does not hear of its end."""
        last = self.told.get(channel)
        if not self.is_open:
            return "recovered" if last and channel not in self.recovery_told else None
        if last is None:
            return "opened"
        return "reminder" if now - dt.datetime.fromisoformat(last) >= remind_after else None

    def tell(self, channel: str, what: What, now: dt.datetime) -> None:
        """Note that the channel has got the message."""
        if what == "recovered":
            self.recovery_told.append(channel)
        else:
            self.told[channel] = now.isoformat()


@dataclass
class Book:
    """All incidents of a home. `reviewed` holds the last run of each job that was looked at, `silent` the channels that failed, since when."""

    incidents: list[Incident] = field(default_factory=list)
    reviewed: dict[str, dict[str, str]] = field(default_factory=dict)
    newest_as_of: str = ""
    silent: dict[str, str] = field(default_factory=dict)

    @property
    def open(self) -> list[Incident]:
        return [incident for incident in self.incidents if incident.is_open]

    def record(self, seen: Seen) -> None:
        """Opens, continues and closes incidents by what a run showed. A run that was looked at before, or is older than one that was, changes nothing."""
        last = self.reviewed.get(seen.job)
        if last and (last["run_id"] == seen.run_id or seen.at.isoformat() < last["at"]):
            return
        self.reviewed[seen.job] = {"run_id": seen.run_id, "at": seen.at.isoformat()}
        ignored = _OF_THE_DAY if seen.as_of.isoformat() < self.newest_as_of else set()
        if seen.has_begun:
            self.newest_as_of = max(self.newest_as_of, seen.as_of.isoformat())
        troubles = {trouble.key: trouble for trouble in seen.troubles if trouble.kind not in ignored}
        known = {incident.key: incident for incident in self.open if incident.kind not in ignored}
        for key, incident in known.items():
            if key not in troubles and (key in seen.sound or incident.kind in seen.whole):
                incident.closed_at, incident.closed_for = seen.at.isoformat(), seen.as_of.isoformat()
        for key, trouble in troubles.items():
            self._continue(known.get(key), trouble, seen)
        closed = [incident for incident in self.incidents if not incident.is_open]
        forgotten = {id(incident) for incident in closed[:-_REMEMBERED]}
        self.incidents = [incident for incident in self.incidents if id(incident) not in forgotten]

    def due(self, channel: str, now: dt.datetime, remind_after: dt.timedelta) -> Iterator[tuple[Incident, What]]:
        """What the channel should be told now, in the order in which it began."""
        for incident in self.incidents:
            if what := incident.due(channel, now, remind_after):
                yield incident, what

    def _continue(self, incident: Incident | None, trouble: Trouble, seen: Seen) -> None:
        at, day = seen.at.isoformat(), seen.as_of.isoformat()
        if incident is None:
            self.incidents.append(Incident(trouble.kind, trouble.subject, at, day, at, day, facts=dict(trouble.facts)))
            return
        incident.times += 1
        incident.last_seen_at, incident.last_seen_for = at, day
        incident.facts = dict(trouble.facts)


def load(path: Path) -> Book:
    """The book in a file. A damaged one is put aside and a new one begun: alerts must not fail because of what they wrote."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        incidents = [Incident(**{**one, "kind": Kind(one["kind"])}) for one in told.pop("incidents")]
        return Book(incidents, **told)
    except FileNotFoundError:
        return Book()
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        path.replace(path.with_suffix(".damaged"))
        return Book()


def save(book: Book, path: Path) -> None:
    """Writes the book whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}-{os.getpid()}")
    with fresh.open("w", encoding="utf-8") as file:
        json.dump(asdict(book), file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
