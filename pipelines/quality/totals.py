"""Totals that a file states itself (小计, 合计) against the sums of its rows: a ledger that lost rows still has its old total.

Belongs here: which rows state a total, of what, and how far off they are. A row that is set aside states totals where it has a number in a
column of numbers; it may be of the rows since the last such row, or of all rows of its sheet above it, whichever fits better.
"""

from itertools import pairwise

import polars as pl

from pipelines.city import FeedProfile
from pipelines.feeds import FEEDS
from pipelines.landing.canonical import Canonical
from pipelines.landing.headers import meet
from pipelines.landing.numbers import read_numbers
from pipelines.readers.base import ROW, SHEET, Extract


class StatedTotals:
    """Of one batch: `add` sums its chunks between the stated totals, `gaps` tells the largest difference by field."""

    def __init__(self, profile: FeedProfile, extract: Extract) -> None:
        feed = FEEDS[profile.feed]
        met = meet(profile, extract.header)
        fields = [
            name for name, columns in met.fields.items()
            if feed.fields[name].dtype.is_numeric() and len(columns) == 1 and not profile.columns[name].extract
        ]  # fmt: skip
        #: {part: {field: [(row, stated)]}}, in the order of rows.
        self._stated: dict[str | None, dict[str, list[tuple[int, float]]]] = {}
        for frame in extract.aside:
            for name in fields:
                numbers, _ = read_numbers(
                    frame[met.fields[name][0]].alias(name), feed.fields[name], profile.columns[name]
                )
                for part, row, number in zip(frame[SHEET], frame[ROW], numbers, strict=True):
                    if number is not None:
                        self._stated.setdefault(part, {}).setdefault(name, []).append((row, float(number)))
        #: Sums between one stated total and the next; None where a number could not be read, so that nobody knows the sum.
        self._sums: dict[tuple[str | None, str], list[float | None]] = {
            (part, name): [0.0] * len(rows) for part, stated in self._stated.items() for name, rows in stated.items()
        }
        #: How many rows lie between them: a total right below another one is of what is above both.
        self._rows = {place: [0] * len(sums) for place, sums in self._sums.items()}
        self._key = feed.key
        self._seen: set[object] = set()

    @property
    def none(self) -> bool:
        """Whether the source states no total."""
        return not self._stated

    def add(self, canonical: Canonical) -> None:
        """Takes a chunk, in the order of rows."""
        if self.none:
            return
        fresh = self._fresh(canonical.frame[self._key])
        for part, stated in self._stated.items():
            here = canonical.positions[SHEET].eq_missing(part) & fresh
            rows = canonical.positions[ROW].filter(here)
            for name, totals in stated.items():
                values = canonical.frame[name].filter(here).cast(pl.Float64)
                lost = (values.is_null() & canonical.said[name].filter(here).is_not_null()).fill_null(False)
                sums = self._sums[part, name]
                for at, (after, before) in enumerate(pairwise([0, *(row for row, _ in totals)])):
                    between = (rows > after) & (rows < before)
                    self._rows[part, name][at] += int(between.sum())
                    known = sums[at]
                    sums[at] = (
                        None if known is None or (lost & between).any() else known + float(values.filter(between).sum())
                    )

    def _fresh(self, keys: pl.Series) -> pl.Series:
        """Where a record comes for the first time: one that was written down twice counts once in a total."""
        fresh = []
        for key in keys:
            fresh.append(key is None or key not in self._seen)
            self._seen.add(key)
        return pl.Series(fresh, dtype=pl.Boolean)

    def gaps(self) -> dict[str, float]:
        """{measure: the largest relative difference of a stated total}, of the fields that have one."""
        found: dict[str, float] = {}
        for (part, name), sums in self._sums.items():
            above: float | None = 0.0
            for (_, stated), since, rows in zip(self._stated[part][name], sums, self._rows[part, name], strict=True):
                above = None if above is None or since is None else above + since
                gaps = [
                    abs(stated - known) / max(abs(stated), 1.0)
                    for known in (since if rows else None, above)
                    if known is not None
                ]
                if gaps:
                    key = f"stated_total_gap:{name}"
                    found[key] = max(found.get(key, 0.0), min(gaps))
        return found
