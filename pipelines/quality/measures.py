"""What a batch looks like, in numbers: rows, shares of empty and unknown cells, days, repeated keys, middle values.

Belongs here: counting, chunk by chunk, in memory that does not grow with the batch but for its keys. What the numbers ought to be stands in
`rules`. A measure is named `<what>` or `<what>:<field>`; shares lie between 0 and 1. Nothing here holds a cell of a person.
"""

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field

import polars as pl

from pipelines.feeds import Feed
from pipelines.landing.canonical import Canonical
from pipelines.landing.contract import Judged
from pipelines.readers.base import UNREADABLE

#: Fields with more values than this are no code lists; how their values are spread says nothing.
CODE_LIST = 200
#: Fewer numbers than this have no middle that says anything.
FEW = 20
#: Values of a number that are kept to find its middle, evenly over the batch.
SAMPLE = 20_000
#: Microseconds, in which moments are counted.
_DAY, _MORNING = 86_400_000_000, 6 * 3_600_000_000


@dataclass
class Measuring:
    """Counts over the chunks of one batch; `done` gives the measures."""

    feed: Feed
    as_of: dt.date
    rows: int = 0
    quarantined: int = 0
    unreadable: int = 0
    empty: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)
    midnight: Counter[str] = field(default_factory=Counter)
    at_night: Counter[str] = field(default_factory=Counter)
    timed: Counter[str] = field(default_factory=Counter)
    values: dict[str, Counter[str]] = field(default_factory=dict)
    numbers: dict[str, list[float]] = field(default_factory=dict)
    days: Counter[dt.date] = field(default_factory=Counter)
    keys: list[pl.Series] = field(default_factory=list)
    mapped: set[str] = field(default_factory=set)

    def add(self, canonical: Canonical, judged: Judged, mapped: set[str]) -> None:
        """Counts one chunk. `mapped` are the fields that the source has; the others say nothing of it."""
        self.mapped |= mapped
        unreadable = canonical.positions[UNREADABLE]
        frame = (
            canonical.frame.filter(unreadable.is_null())
            if unreadable.null_count() < unreadable.len()
            else canonical.frame
        )
        self.rows += canonical.frame.height
        self.unreadable += canonical.frame.height - frame.height
        self.quarantined += judged.quarantined.height
        for (rule, name), at in canonical.faults.items():
            if rule == "unknown_code":
                self.unknown[name] += int(at.sum())
        self._add_times(frame, [name for name in mapped if isinstance(self.feed.fields[name].dtype, pl.Datetime)])
        for name in mapped:
            self.empty[name] += canonical.empty[name]
            self._add_values(name, frame[name])
        self.keys.append(frame[self.feed.key].cast(pl.String).drop_nulls().hash(seed=1))
        days = frame[self.feed.event_on].cast(pl.Date).drop_nulls().value_counts()
        self.days.update(dict(days.iter_rows()))

    def _add_times(self, frame: pl.DataFrame, names: list[str]) -> None:
        if not names:
            return
        # All fields at once: a call costs as much as the work on thousands of cells.
        of_day = pl.col(names).to_physical() % _DAY
        for counter, counted in (
            (self.timed, of_day.count()),
            (self.midnight, (of_day == 0).sum()),
            (self.at_night, (of_day < _MORNING).sum()),
        ):
            counter.update(frame.select(counted).row(0, named=True))

    def _add_values(self, name: str, values: pl.Series) -> None:
        spec = self.feed.fields[name]
        if spec.categories or (spec.reference_table and not spec.personal):
            present = values.drop_nulls()
            seen = self.values.setdefault(name, Counter())
            if len(seen) <= CODE_LIST:
                seen.update(dict(present.value_counts().cast({name: pl.String}).iter_rows()))
        elif spec.dtype.is_numeric():
            kept = self.numbers.setdefault(name, [])
            if len(kept) < SAMPLE:
                present = values.drop_nulls()
                kept.extend(present.cast(pl.Float64).gather_every(max(1, present.len() // SAMPLE)).to_list())

    def done(self, covered_days: float | None) -> dict[str, float]:
        """{measure: value}. `covered_days` is how long a window was; None for files, which cover the days of their records."""
        if not self.rows:
            return {}
        measures = {
            "rows": float(self.rows),
            "quarantined_share": self.quarantined / self.rows,
            "unreadable_share": self.unreadable / self.rows,
            "repeated_key_share": self._repeated_keys(),
            **{f"empty_share:{name}": self.empty[name] / self.rows for name in sorted(self.mapped)},
            **{f"unknown_share:{name}": self.unknown[name] / self.rows for name in self.values},
            **{f"midnight_share:{name}": self.midnight[name] / timed for name, timed in self.timed.items() if timed},
            **{f"night_share:{name}": self.at_night[name] / timed for name, timed in self.timed.items() if timed},
            **{f"middle:{name}": float(middle) for name, kept in self.numbers.items()
               if len(kept) >= FEW and isinstance(middle := pl.Series(kept, dtype=pl.Float64).median(), float)},
        }  # fmt: skip
        for name, seen in self.values.items():
            if seen and len(seen) <= CODE_LIST:
                measures[f"codes:{name}"] = float(len(seen))
                measures[f"commonest_share:{name}"] = max(seen.values()) / sum(seen.values())
        return measures | self._over_days(covered_days)

    def _repeated_keys(self) -> float:
        keys = pl.concat(self.keys)
        return 1 - keys.n_unique() / keys.len() if keys.len() else 0.0

    def _over_days(self, covered_days: float | None) -> dict[str, float]:
        known = {day: count for day, count in self.days.items() if day <= self.as_of}
        if not known:
            return {} if covered_days is None else {"rows_per_day": self.rows / covered_days}
        first, last = min(known), max(known)
        span = (last - first).days + 1
        return {
            "rows_per_day": self.rows / (covered_days if covered_days is not None else span),
            "days_behind": float((self.as_of - last).days),
            "days_covered": float(span),
            "empty_day_share": 1 - len(known) / span,
            "fullest_day_share": max(known.values()) / sum(known.values()),
        }
