"""What a simulation knows of itself: per feed how many records are right, wrong, doubled, corrected, late; and the report's figures.

Belongs here: the counting. Nothing here decides what is simulated. A test that wants to trust nobody recounts from the sources.
"""

import dataclasses
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with one row, under the rule's name by which the warehouse will refuse the row."""

    key: str | None
    rule: str
    column: str
    value: str | None
    source: str


@dataclass
class FeedTruth:
    """One feed's sources as they stand on the as-of date, counted while they were written.

    `rows_written` = `rows_valid` + `rows_quarantined`. `valid_records` are distinct keys among the valid rows. `corrections` replace a
    valid version of a record, `repairs` bring the first valid version of a record whose earlier row is in quarantine; corrections
    that the source made in place are in `corrected_in_place`. `late_closings` are final closings after the deadline.
    """

    feed: str
    sources: list[str] = field(default_factory=list)
    rows_written: int = 0
    rows_valid: int = 0
    rows_quarantined: int = 0
    valid_records: int = 0
    exact_duplicates: int = 0
    corrections: int = 0
    repairs: int = 0
    corrected_in_place: int = 0
    late_closings: int = 0
    reopened: int = 0
    quarantined_by_rule: dict[str, int] = field(default_factory=dict)
    not_records: dict[str, int] = field(default_factory=dict)
    notes: dict[str, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def valid(self, keys: Iterable[object]) -> None:
        """Counts rows that the contract must take; a key that comes twice is one record."""
        keys = list(keys)
        self.rows_written += len(keys)
        self.rows_valid += len(keys)
        self.valid_records += len(set(keys))

    def again(self, count: int = 1) -> None:
        """Counts further valid rows of records that are counted already."""
        self.rows_written += count
        self.rows_valid += count

    def refused(self, fault: Fault) -> None:
        """Counts one row that the contract must refuse, for exactly one reason."""
        self.faults.append(fault)
        self.rows_written += 1
        self.rows_quarantined += 1
        self.quarantined_by_rule[fault.rule] = self.quarantined_by_rule.get(fault.rule, 0) + 1

    def skipped(self, kind: str, count: int = 1) -> None:
        """Counts rows of a file that are no records: rule rows, subtotals, blank rows, notes."""
        self.not_records[kind] = self.not_records.get(kind, 0) + count


@dataclass
class SimulationTruth:
    """A whole simulation. `report` holds the figures of the 2017 report as they come out of the valid records on the as-of date."""

    seed: int
    cases: int
    as_of: date
    feeds: dict[str, FeedTruth]
    report: dict[str, Any]
    files: list[str]

    def to_json(self) -> str:
        """The truth as it stands in `simulated.json`."""
        return json.dumps(dataclasses.asdict(self), ensure_ascii=False, indent=1, default=str) + "\n"


def known_files(inbox: Path) -> list[str]:
    """The files that the last simulation into this inbox wrote; none where there was none."""
    try:
        content = json.loads((inbox / "simulated.json").read_text(encoding="utf-8"))
        return [str(name) for name in content["files"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []
