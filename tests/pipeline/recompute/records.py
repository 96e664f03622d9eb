"""From the landing copies to the records that hold on a day: which rows are accepted, and which version of a record counts."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from tests.pipeline.recompute import cells
from tests.pipeline.recompute.all_rules import CHECKS, FIELDS, KEYS, SEQUENCES
from tests.pipeline.recompute.city import City, plain_header
from tests.pipeline.recompute.rules import Rule

Record = dict[str, Any]
EARLIEST = dt.date(1950, 1, 1)
#: Landing copies hold a person as a hash under the column's name with this behind it.
PERSON = "__hash"


class Refused(Exception):
    """The row breaks a rule."""


@dataclass(frozen=True)
class Batch:
    """A line of the ledger."""

    id: str
    seq: int
    feed: str
    kind: str
    loaded_for: dt.date
    loaded_on: dt.date
    rows_loaded: int

    @property
    def horizon(self) -> dt.date:
        """No record of the batch is of a later day. A file, other than a database, may be younger than the night's date; that it was not
        written after it was read is all that the ledger says of its age."""
        return self.loaded_for if self.kind == "database" else max(self.loaded_for, self.loaded_on)


class Landing:
    """The landing copies of a home, by the batches of its ledger."""

    def __init__(
        self, folder: Path, city: City, batches: list[Batch], set_aside: Collection[tuple[str, int]] = ()
    ) -> None:
        """`set_aside` are the rows that were dismissed before the first night, as (batch, row)."""
        self._folder, self._city, self.batches, self._set_aside = folder, city, batches, set_aside

    @cached_property
    def accepted(self) -> dict[str, list[Record]]:
        """{batch: its rows that break no rule}."""
        return {batch.id: self._accept(batch) for batch in self.batches}

    def rows_of(self, batch: Batch) -> int:
        """All rows of a batch, whatever became of them."""
        return pl.read_parquet(self._folder / batch.feed / f"{batch.id}.parquet", columns=["_source_row"]).height

    def refused(self, batch: Batch) -> list[tuple[int, str | None]]:
        """(row, key as written) of the rows of a batch that break a rule."""
        frame = pl.read_parquet(self._folder / batch.feed / f"{batch.id}.parquet")
        key = self._sources(batch.feed, set(frame.columns))[KEYS[batch.feed]]
        good = {record["_row"] for record in self.accepted[batch.id]}
        return [
            (row["_source_row"], cells.said(row[key.header] if key.header else key.const))
            for row in frame.iter_rows(named=True) if row["_source_row"] not in good
        ]  # fmt: skip

    def fate(self, batch: Batch, row: int, key: str | None, day: dt.date) -> str:
        """What has become of a refused row by the day: it was set aside, its record came in order later, or it waits."""
        if (batch.id, row) in self._set_aside:
            return "dismissed"
        came = (
            other.seq > batch.seq and other.loaded_for <= day and key in self._keys_of(other)
            for other in self.batches if other.feed == batch.feed
        )  # fmt: skip
        return "replaced" if key is not None and any(came) else "open"

    def _keys_of(self, batch: Batch) -> set[str]:
        if batch.id not in self._keys_by_batch:
            self._keys_by_batch[batch.id] = {record[KEYS[batch.feed]] for record in self.accepted[batch.id]}
        return self._keys_by_batch[batch.id]

    @cached_property
    def _keys_by_batch(self) -> dict[str, set[str]]:
        return {}

    def held_on(self, feed: str, day: dt.date) -> list[Record]:
        """The records of a feed as they were known on the night of the day: of each the latest by the source's own version where it has
        one, else the one that came last."""
        latest: dict[str, tuple[tuple[Any, ...], Record]] = {}
        for batch in self.batches:
            if batch.feed != feed or batch.loaded_for > day:
                continue
            for record in self.accepted[batch.id]:
                version = (record.get("updated_at"), batch.seq, record["_row"])
                key = record[KEYS[feed]]
                if key not in latest or latest[key][0] < version:
                    latest[key] = (version, record)
        return [record for _, record in latest.values()]

    def _accept(self, batch: Batch) -> list[Record]:
        frame = pl.read_parquet(self._folder / batch.feed / f"{batch.id}.parquet")
        sources = self._sources(batch.feed, set(frame.columns))
        accepted = []
        for row in frame.iter_rows(named=True):
            try:
                accepted.append(self._read(row, batch, sources))
            except (Refused, cells.Unreadable):
                continue
        return accepted

    def _sources(self, feed: str, present: set[str]) -> dict[str, "Source"]:
        """Where each field comes from in a batch with these columns."""
        found = {}
        profile = self._city.columns(feed)
        for field, rule in FIELDS[feed].items():
            column = profile.get(field.removesuffix("_hash") if rule.kind == "hash" else field)
            if column is None:
                continue
            suffix = PERSON if rule.kind == "hash" else ""
            names = (name + suffix for name in map(plain_header, column.get("from", [])))
            # A name is there as its hash only, which tells one person from another.
            header = next((at for name in names for at in (name, f"{name}__hash") if at in present), None)
            key = rule.known_in[1][-1] if rule.known_in else field
            found[field] = Source(header, column.get("const"), self._city.codes(column, key), column.get("scale"))
        return found

    def _read(self, row: Record, batch: Batch, sources: dict[str, "Source"]) -> Record:
        """The row as a record. Raises where it breaks a rule."""
        if row["_unreadable"] is not None:
            raise Refused("not cut into columns")
        record: Record = {"_row": row["_source_row"]}
        for field, rule in FIELDS[batch.feed].items():
            value = sources[field].value(row, rule) if field in sources else None
            if value is None and rule.must:
                raise Refused(f"{field} is missing")
            if isinstance(value, dt.date):
                _require_sensible_day(value, rule, batch.horizon)
            record[field] = value
        for field, rule in FIELDS[batch.feed].items():
            if rule.known_in and record[field] is not None:
                table, columns = rule.known_in
                if (*(record[column] for column in columns[:-1]), record[field]) not in self._known(table, columns):
                    raise Refused(f"{field} is not in {table}")
        _require_order(record, batch.feed)
        return record

    def _known(self, table: str, columns: tuple[str, ...]) -> set[tuple[str, ...]]:
        if (table, columns) not in self._keys:
            self._keys[table, columns] = self._city.known(table, columns)
        return self._keys[table, columns]

    @cached_property
    def _keys(self) -> dict[tuple[str, tuple[str, ...]], set[tuple[str, ...]]]:
        return {}


@dataclass(frozen=True)
class Source:
    """Where a field comes from: a column or a constant, and what its words mean."""

    header: str | None
    const: str | None
    codes: dict[str, str] | None
    scale: float | None

    def value(self, row: Record, rule: Rule) -> Any:
        """The field's value in a row. Raises where there is something else than it should be."""
        text = cells.said(row[self.header] if self.header else self.const)
        if text is None:
            return None
        if self.codes is not None:
            if text not in self.codes:
                raise Refused("unknown word")
            text = self.codes[text]
        if rule.one_of and text not in rule.one_of:
            raise Refused("unknown code")
        if rule.kind in ("text", "code", "hash"):
            return text
        if rule.kind == "moment":
            return cells.moment(text)
        if rule.kind == "day":
            return cells.day(text)
        if rule.kind == "flag":
            return cells.flag(text)
        number = cells.count(text) if rule.kind == "count" else cells.number(text, self.scale)
        if rule.kind == "amount":
            number = cells.amount(text, self.scale)
        if not rule.low <= number <= rule.high:
            raise Refused("out of range")
        return number


def _require_sensible_day(value: dt.date, rule: Rule, horizon: dt.date) -> None:
    day = value.date() if isinstance(value, dt.datetime) else value
    if day < EARLIEST or (day > horizon and not rule.may_lie_ahead):
        raise Refused("too early or too late")


def _require_order(record: Record, feed: str) -> None:
    for sequence in SEQUENCES[feed]:
        times = [record[field] for field in sequence if record[field] is not None]
        if times != sorted(times):
            raise Refused("out of order")
    if feed in CHECKS and not CHECKS[feed](record):
        raise Refused("its fields do not fit together")
    if feed == "platform_cases" and (record["closed_at"] is not None) != (
        record["status"] in ("closed", "forced_close")
    ):
        raise Refused("closed or not?")
