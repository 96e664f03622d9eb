"""Refused rows as a steward sees them: found by feed, rule, field, day and status, or by the name that `list` shows.

Belongs here: reading. Values are as they were stored at the door: persons as masks, free text scrubbed.
"""

import datetime as dt
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb

from pipelines.errors import InputError, ProfileError
from pipelines.feeds import FEEDS
from pipelines.landing.quarantine import SHOWN_DIGITS
from pipelines.landing.store import read_connection, write_connection
from pipelines.settings import Settings

STATUSES = {"open": ("待处理", "open"), "replaced": ("已被替换", "replaced"), "dismissed": ("已搁置", "dismissed")}
_ID = re.compile(r"[0-9a-f]{4,64}")


@dataclass(frozen=True)
class HeldRow:
    """A refused row. `id` is the name that is shown, `row_id` the whole one; `reasons` as the contract gave them, `record` as read.

    A row that was replaced names the batch (`replaced_by_seq`) and, where a steward mended it, the row that came in its place (`by_row_id`).
    """

    feed: str
    row_id: str
    id: str
    batch_id: str
    batch_seq: int
    source: str | None
    source_kind: str | None
    sheet: str | None
    row: int
    loaded_for_on: dt.date
    key: str | None
    status: str
    replaced_by_seq: int | None
    by_batch_id: str | None
    by_row_id: str | None
    reasons: list[dict[str, Any]]
    record: dict[str, str]


@dataclass(frozen=True)
class Wanted:
    """Which rows: each of these narrows it. `rule` and `field` go by one reason of the row, `day` is the business day of the night."""

    feed: str | None = None
    rule: str | None = None
    field: str | None = None
    day: dt.date | None = None
    statuses: tuple[str, ...] = ("open",)

    def __post_init__(self) -> None:
        if self.feed is not None and self.feed not in FEEDS:
            raise ProfileError(
                f"没有数据源“{self.feed}”", f"there is no feed '{self.feed}'", key="--feed", value=self.feed,
                remedy_zh=f"可用：{'、'.join(FEEDS)}", remedy_en=f"the feeds are: {', '.join(FEEDS)}",
            )  # fmt: skip
        if wrong := [status for status in self.statuses if status not in STATUSES]:
            raise InputError(
                f"没有状态“{wrong[0]}”", f"there is no status '{wrong[0]}'", key="--status", value=wrong[0],
                remedy_zh=f"可用：{'、'.join(STATUSES)}", remedy_en=f"they are: {', '.join(STATUSES)}",
            )  # fmt: skip

    @property
    def values(self) -> dict[str, Any]:
        return {
            "feed": self.feed,
            "rule": self.rule,
            "field": self.field,
            "day": self.day,
            "statuses": list(self.statuses),
        }


_CONDITION = """
    ($feed is null or feed = $feed) and ($day is null or loaded_for_on = $day) and list_contains($statuses, status)
    and (($rule is null and $field is null) or row_id in (
        select row_id from ops.quarantine_reasons where ($rule is null or rule = $rule) and ($field is null or field = $field)))"""
_COLUMNS = f"""
    feed, row_id, case when count(*) over (partition by left(row_id, {SHOWN_DIGITS})) > 1 then left(row_id, {2 * SHOWN_DIGITS})
    else left(row_id, {SHOWN_DIGITS}) end as id, batch_id, batch_seq, source, source_kind, source_sheet, source_row, loaded_for_on,
    business_key, status, replaced_by_seq, by_batch_id, by_row_id, reasons, record"""


@contextmanager
def open_desk(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that only reads. The home of an earlier version gets the desk's tables first."""
    with read_connection(settings) as connection:
        views = connection.execute("select 1 from duckdb_views() where view_name = 'quarantine_now'").fetchall()
        if views:
            yield connection
            return
    with write_connection(settings) as connection:
        yield connection


def find_rows(connection: duckdb.DuckDBPyConnection, wanted: Wanted, limit: int | None = None) -> list[HeldRow]:
    """The rows, the newest batch first."""
    end = f"limit {limit}" if limit is not None else ""
    asked = connection.execute(
        f"select * from (select {_COLUMNS} from ops.quarantine_now) where {_CONDITION} "
        f"order by batch_seq desc, feed, source_sheet, source_row {end}",
        wanted.values,
    )
    return [_row(found) for found in asked.fetchall()]


def count_reasons(connection: duckdb.DuckDBPyConnection, wanted: Wanted) -> list[tuple[str, str, str, str, int]]:
    """(feed, rule, field, status, rows), the most frequent of a feed first. A row with two reasons counts for both."""
    return connection.execute(
        f"""select feed, rule, field, status, count(*) from ops.quarantine_reasons
            inner join (select row_id, feed, status from ops.quarantine_now where {_CONDITION}) using (row_id, feed)
            where ($rule is null or rule = $rule) and ($field is null or field = $field)
            group by all order by 1, 5 desc, 2, 3, 4""",
        wanted.values,
    ).fetchall()


def rows_named(connection: duckdb.DuckDBPyConnection, names: Sequence[str]) -> list[HeldRow]:
    """The rows of these names, in their order; the first digits are enough where no other row has them.

    Raises InputError naming a name that no row or more than one has.
    """
    return [_named(connection, name) for name in dict.fromkeys(names)]


def _named(connection: duckdb.DuckDBPyConnection, name: str) -> HeldRow:
    typed = name.strip().lower()
    found = []
    if _ID.fullmatch(typed):
        asked = f"select * from (select {_COLUMNS} from ops.quarantine_now) where starts_with(row_id, $typed) limit 10"
        found = [_row(row) for row in connection.execute(asked, {"typed": typed}).fetchall()]
    if not found:
        raise InputError(
            f"隔离区没有编号为“{name}”的行", f"no refused row has the name '{name}'", key="ID", value=name,
            remedy_zh="编号见 chengguan quarantine list --all，至少输入前 4 位", remedy_en="`chengguan quarantine list --all` shows the names; type 4 digits or more",
        )  # fmt: skip
    if len(found) > 1:
        names = [row.row_id[: len(typed) + 8] for row in found]
        raise InputError(
            f"编号“{name}”对应多行", f"more than one row has a name that begins with '{name}'", key="ID", value=name,
            remedy_zh=f"多输入几位：{'、'.join(names)}", remedy_en=f"type more of it: {', '.join(names)}",
        )  # fmt: skip
    return found[0]


def rows_of(connection: duckdb.DuckDBPyConnection, row_ids: Sequence[str]) -> dict[str, HeldRow]:
    """{whole name: row} of those that there are."""
    asked = f"select * from (select {_COLUMNS} from ops.quarantine_now) where list_contains($names, row_id)"
    return {row[1]: _row(row) for row in connection.execute(asked, {"names": list(row_ids)}).fetchall()}


def history(connection: duckdb.DuckDBPyConnection, row_id: str) -> list[dict[str, Any]]:
    """What was done to a row, and to the row that it came from, the oldest first."""
    asked = connection.execute(
        """select actions.action, actions.acted_by as by, actions.why, actions.acted_for_on as day, actions.acted_at_utc as at_utc,
               ledger.batch_seq as batch, ledger.source as workbook,
               case when actions.row_id = $row then actions.by_row_id end as successor,
               case when actions.by_row_id = $row then actions.row_id end as origin
           from ops.quarantine_actions as actions left join ops.ledger as ledger on actions.by_batch_id = ledger.batch_id
           where actions.row_id = $row or actions.by_row_id = $row order by actions.action_seq""",
        {"row": row_id},
    )
    names = [column[0] for column in asked.description or []]
    return [dict(zip(names, line, strict=True)) for line in asked.fetchall()]


def _row(found: tuple[Any, ...]) -> HeldRow:
    told: list[Any] = [*found[:-1], json.loads(found[-1])]
    return HeldRow(*told)
