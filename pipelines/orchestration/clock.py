"""The machine's clock against what the home knows: a night under a wrong clock would spoil the nights after it.

Belongs here: refusing such a night, and whatever else brings records in or removes files for a day. A clock set back gives days that are
long over, and lines of the ledger before those they follow. One far ahead is worse: windows of databases would end in the future, so that
the next nights find nothing new, and its release would stay current.
"""

import datetime as dt

import duckdb

from pipelines.errors import SetupError
from pipelines.landing.store import first_row, read_connection, write_lane
from pipelines.settings import Settings

#: Clocks of machines are set right by a little all the time.
TOLERANCE = dt.timedelta(minutes=10)
#: A day that only the clock names may lie so far behind the last one; a longer rest is confirmed by naming the day.
LONGEST_REST = dt.timedelta(days=60)


def check_clock(settings: Settings, day: dt.date | None, *, by_clock: bool, now: dt.datetime | None = None) -> None:
    """Raises SetupError where the clock stands before the ledger's last line, or far ahead of the last night.

    `by_clock` says that nobody named the day. Waits for a writer of the build file; BusyError where that takes too long.
    """
    if not settings.build_db.exists():
        return
    now = now or dt.datetime.now(dt.UTC).replace(tzinfo=None)
    with write_lane(settings, timeout=600), read_connection(settings) as connection:
        try:
            last = first_row(connection, "select max(loaded_at_utc), max(loaded_for_on) from ops.ledger")
        except duckdb.CatalogException:
            return
    if last is None or last[0] is None:
        return
    loaded_at, loaded_for = last
    if now < loaded_at - TOLERANCE:
        raise SetupError(
            f"系统时间早于账本最后一笔（{loaded_at:%Y-%m-%d %H:%M} UTC）：时钟被拨回，或上次运行时时钟超前",
            f"the clock stands before the ledger's last line of {loaded_at:%Y-%m-%d %H:%M} UTC: it was set back, or was ahead in the last night",
            file=settings.build_db, key="ops.ledger.loaded_at_utc", value=f"{now:%Y-%m-%d %H:%M} UTC",
            remedy_zh="校正系统时间（NTP）后重试；若错在上一夜，从它之前的备份恢复，见 docs/operations.md “时钟”",
            remedy_en='set the clock right (NTP) and try again; if the last night was the wrong one, restore the backup from before it, see "The clock" in docs/operations.md',
        )  # fmt: skip
    if by_clock and day is not None and day - loaded_for > LONGEST_REST:
        raise SetupError(
            f"按系统时间应运行 {day}，比上一夜（{loaded_for}）晚 {(day - loaded_for).days} 天：时钟是否超前？",
            f"by the clock the night is for {day}, {(day - loaded_for).days} days after the last one ({loaded_for}): is the clock ahead?",
            key="clock", value=day,
            remedy_zh=f"校正系统时间；如果确实停了这么久，写明日期运行一次：chengguan nightly --date {day}",
            remedy_en=f"set the clock right; if the home has rested so long, name the day once: chengguan nightly --date {day}",
        )  # fmt: skip
