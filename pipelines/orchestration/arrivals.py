"""The sensor that picks up files as they arrive in the inbox.

It looks at names, sizes and times only, and remembers them in its cursor: the build file may be held by a writer, and opening it
here would stand in a night's way. Whether a content is new is decided at the door.
"""

import hashlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg

from pipelines.city import City, FileSource
from pipelines.orchestration.days import chosen_day
from pipelines.orchestration.feeds import feed_keys
from pipelines.orchestration.jobs import is_automated
from pipelines.readers.settled import has_final_name
from pipelines.settings import Settings

#: A file that is still being copied grows, and some tools keep its old time: it must stand still for this long before our eyes.
SETTLED_SECONDS = 60


@dataclass(frozen=True)
class Arrived:
    """What one look at the inbox found: feeds with files that are new and whole, their signature, and the next cursor."""

    feeds: list[str]
    signature: str
    cursor: str


def look(city: City, inbox: Path, cursor: str | None, now: float) -> Arrived:
    """Compare the inbox with what the cursor remembers. The cursor holds {path: [signature, first seen so, taken]}."""
    before: dict[str, list[Any]] = json.loads(cursor) if cursor else {}
    after: dict[str, list[Any]] = {}
    feeds: set[str] = set()
    taken_now: list[str] = []
    for feed, path in _files(city, inbox):
        name = str(path.relative_to(inbox))
        try:
            stat = path.stat()
        except FileNotFoundError:
            continue
        signature = f"{stat.st_size}:{stat.st_mtime_ns}"
        known = before.get(name)
        seen, taken = (known[1], known[2]) if known and known[0] == signature else (now, False)
        if not taken and now - seen >= SETTLED_SECONDS:
            taken = True
            taken_now.append(f"{name}:{signature}")
        if taken and not (known and known[0] == signature and known[2]):
            feeds.add(feed)
        after[name] = [signature, seen, taken]
    digest = hashlib.sha256("\n".join(sorted(taken_now)).encode()).hexdigest()[:32]
    return Arrived(sorted(feeds), digest, json.dumps(after, ensure_ascii=False, sort_keys=True))


def arrivals_sensor(settings: Settings, city: City, job: Any) -> dg.SensorDefinition:
    @dg.sensor(
        name="arrivals",
        job=job,
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING if is_automated() else dg.DefaultSensorStatus.STOPPED,
        description="收件箱有新文件且静止 60 秒后入库 / loads what is new in the inbox once it stands still",
    )
    def arrivals(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        arrived = look(city, settings.inbox_dir, context.cursor, time.time())
        if not arrived.feeds:
            return dg.SensorResult(skip_reason="没有新文件 / nothing new", cursor=arrived.cursor)
        request = dg.RunRequest(
            run_key=arrived.signature,
            partition_key=chosen_day(city, None).isoformat(),
            asset_selection=feed_keys(arrived.feeds),
        )
        return dg.SensorResult(run_requests=[request], cursor=arrived.cursor)

    return arrivals


def _files(city: City, inbox: Path) -> Iterator[tuple[str, Path]]:
    for name, profile in city.feeds.items():
        if isinstance(profile.source, FileSource):
            for pattern in profile.source.files:
                for path in inbox.glob(pattern):
                    if has_final_name(path) and path.is_file():
                        yield name, path
