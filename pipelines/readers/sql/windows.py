"""Windows of a cursor column: from where to where a read goes, so that windows that follow each other lose nothing and double nothing.

Belongs here: what is decided from times and numbers alone. How rows are fetched stands in the module of each kind of database.

A window is half-open, [from, to), and `to` is never later than what the source can still add to: the night's day is over, or `settle_seconds`
have passed by the source's own clock. It is written into the ledger in the cursor's own terms: a moment on the source's clock, an instant in
UTC (an hour that comes twice when clocks go back would be ambiguous otherwise), a day, a whole number, or a text.
"""

import datetime as dt
from dataclasses import dataclass
from enum import Enum
from zoneinfo import ZoneInfo

from pipelines.city import DatabaseSource
from pipelines.errors import ProfileError

Bound = dt.datetime | dt.date | int | str


class Cursor(Enum):
    """What a cursor column holds."""

    MOMENT = "moment"
    INSTANT = "instant"
    DAY = "day"
    NUMBER = "number"
    TEXT = "text"


@dataclass(frozen=True)
class Night:
    """What a read is for: the end of the night's day, on the city's clock, and where the last window ended (None: this is the first)."""

    day: dt.date
    zone: ZoneInfo
    last_to: str | None = None

    @property
    def ends_at(self) -> dt.datetime:
        return dt.datetime.combine(self.day + dt.timedelta(days=1), dt.time(), self.zone)


@dataclass(frozen=True)
class Window:
    """[lower, upper) in the cursor's type; without `lower`, from the beginning, rows without a cursor value included."""

    kind: Cursor
    lower: Bound | None
    upper: Bound

    @property
    def window_from(self) -> str | None:
        """The lower bound as the ledger says it."""
        return None if self.lower is None else _said(self.lower)

    @property
    def window_to(self) -> str:
        """The upper bound as the ledger says it."""
        return _said(self.upper)


def next_window(
    source: DatabaseSource, kind: Cursor, night: Night, clock: dt.datetime, highest: int | None = None
) -> Window | None:
    """The window that this night may read, None where it would be empty.

    `clock` is the source's own time, aware where it tells its offset, `highest` the highest number of a cursor that is one. Raises
    ProfileError where the last window's end is not of the cursor's kind, or an overlap is asked of a number.
    """
    if kind is Cursor.NUMBER:
        return _numbers(source, night, highest)
    now = clock - dt.timedelta(seconds=source.settle_seconds)
    upper: dt.datetime
    if kind is Cursor.INSTANT:
        upper = min(night.ends_at, now.astimezone()).astimezone(dt.UTC).replace(microsecond=0)
    else:
        # The source's clock or the city's, whichever is behind: a window must not end in what one of them still calls the future.
        here = dt.datetime.now(night.zone) - dt.timedelta(seconds=source.settle_seconds)
        upper = min(night.ends_at.replace(tzinfo=None), now.replace(tzinfo=None), _unambiguous(here)).replace(
            microsecond=0
        )
    last = _moment(source, kind, night.last_to)
    if kind is Cursor.DAY:
        # A day takes rows until it is over.
        upper = dt.datetime.combine(upper.date(), dt.time())
    if last is not None and last >= upper:
        return None
    lower = None if last is None else last - dt.timedelta(seconds=source.overlap_seconds)
    if kind is Cursor.DAY:
        return Window(kind, lower.date() if lower else None, upper.date())
    if kind is Cursor.TEXT:
        return Window(kind, _said(lower) if lower else None, _said(upper))
    return Window(kind, lower, upper)


def _numbers(source: DatabaseSource, night: Night, highest: int | None) -> Window | None:
    if source.overlap_seconds:
        raise ProfileError(
            "数字游标不能设置重叠秒数", "overlap_seconds needs a cursor of times; this one is a number",
            key="source.overlap_seconds", value=source.overlap_seconds,
            remedy_zh="去掉 overlap_seconds，或改用更新时间作游标", remedy_en="leave overlap_seconds out, or take the time of the last update as cursor",
        )  # fmt: skip
    try:
        last = None if night.last_to is None else int(night.last_to)
    except ValueError:
        raise _other_cursor(source, night.last_to) from None
    if highest is None or (last is not None and highest < last):
        return None
    return Window(Cursor.NUMBER, last, highest + 1)


def _moment(source: DatabaseSource, kind: Cursor, said: str | None) -> dt.datetime | None:
    if said is None:
        return None
    try:
        moment = dt.datetime.fromisoformat(said)
    except ValueError:
        raise _other_cursor(source, said) from None
    if (moment.tzinfo is not None) != (kind is Cursor.INSTANT):
        raise _other_cursor(source, said)
    return moment


def _other_cursor(source: DatabaseSource, said: str | None) -> ProfileError:
    return ProfileError(
        "上次读到的位置与现在的游标列类型不符", "where the last window ended does not fit the type of the cursor column",
        key="source.cursor", value=f"{source.cursor}: {said}",
        remedy_zh="恢复原来的游标列；确要更换时，请用新的 source.url 或新的数据目录重新读取",
        remedy_en="take the former cursor column again; to change it, read anew from another source.url or into another data home",
    )  # fmt: skip


def _unambiguous(here: dt.datetime) -> dt.datetime:
    """The time of day, an hour earlier where clocks go back and it comes twice: the second time is not over yet."""
    twice = here.replace(fold=0).utcoffset() != here.replace(fold=1).utcoffset()
    return here.replace(tzinfo=None) - (dt.timedelta(hours=1) if twice else dt.timedelta())


def _said(bound: Bound) -> str:
    if isinstance(bound, dt.datetime):
        return bound.isoformat(" ", "seconds")
    return bound.isoformat() if isinstance(bound, dt.date) else str(bound)
