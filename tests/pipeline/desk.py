"""What tests of the steward's desk share: files dropped, rows asked for, workbooks brought back."""

import datetime as dt
from pathlib import Path

from pipelines.city import City
from pipelines.landing.store import read_connection, write_connection
from pipelines.settings import Settings
from pipelines.steward.decisions import dismiss
from pipelines.steward.replay import Replayed, replay
from pipelines.steward.rows import HeldRow, Wanted, find_rows, open_desk
from tests.conftest import AS_OF

HEADER = "编号,违建编号,拆除日期,面积,方式\n"
ALL = ("open", "replaced", "dismissed")


def drop(settings: Settings, name: str, body: str, header: str = HEADER) -> None:
    path = settings.inbox_dir / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(header + body, encoding="utf-8")


def ask(settings: Settings, sql: str) -> list[tuple[object, ...]]:
    with read_connection(settings) as connection:
        return connection.execute(sql).fetchall()


def held(settings: Settings, *statuses: str, feed: str | None = None) -> list[HeldRow]:
    with open_desk(settings) as connection:
        return find_rows(connection, Wanted(feed=feed, statuses=statuses or ALL))


def set_aside(settings: Settings, rows: list[HeldRow], day: dt.date = AS_OF) -> None:
    with write_connection(settings) as connection:
        dismiss(connection, rows, by="Li", why="测试行", day=day)


def bring_back(settings: Settings, city: City, path: Path, *, force: bool = False) -> Replayed:
    [done] = replay(settings, city, path, AS_OF, "Wang", force=force)
    return done
