"""The trouble of files: rows that break the contract, rows that are put right later, rows that come twice.

Belongs here: drawing such trouble and counting it, for any feed that comes as files. A row is a dict from canonical field to cell; which
header a field has in a file is the file's affair.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random

from pipelines.simulator.truth import Fault, FeedTruth

Cell = str | int | float | date | datetime | None
Row = dict[str, Cell]
Value = Cell | Callable[[Row], Cell]


@dataclass(frozen=True)
class Slip:
    """One field that holds something else than it should, and the rule that this breaks ("" where it breaks none)."""

    field: str
    value: Value
    rule: str = ""

    def applied(self, row: Row) -> Row:
        """The row with the slip in it."""
        return row | {self.field: self.value(row) if callable(self.value) else self.value}


@dataclass
class Troubles:
    """`broken`: records whose first row is refused until a correction comes; `wrong`: whose first row is valid but not right; `doubled`:
    written twice; `strays`: model record → further rows (key, slip) that are refused and stay so."""

    broken: dict[str, Slip] = field(default_factory=dict)
    wrong: dict[str, Slip] = field(default_factory=dict)
    doubled: set[str] = field(default_factory=set)
    strays: dict[str, list[tuple[str, Slip]]] = field(default_factory=dict)

    def first_version(self, key: str, row: Row) -> Row:
        """The row as it was first written down."""
        slip = self.broken.get(key) or self.wrong.get(key)
        return slip.applied(row) if slip else row

    @property
    def mended(self) -> set[str]:
        """Keys that a correction names."""
        return {*self.broken, *self.wrong}


@dataclass(frozen=True)
class Amounts:
    """How much trouble a feed has in the default size."""

    broken: int
    wrong: int
    doubled: int
    stray_rounds: int

    def scaled(self, share: float) -> "Amounts":
        """The same for another size; a little of everything always."""
        return Amounts(*(max(1, round(n * share)) for n in (self.broken, self.wrong, self.doubled, self.stray_rounds)))


def draw_troubles(
    rng: Random,
    keys: Sequence[str],
    mendable: Sequence[str],
    *,
    slips: Sequence[Slip],
    mistakes: Sequence[Slip],
    amounts: Amounts,
    stray_key: Callable[[str, int], str],
) -> Troubles:
    """Trouble for the records with those keys; only `mendable` ones get corrections. No record has two kinds of it."""
    pool = list(mendable)
    rng.shuffle(pool)
    broken = {key: rng.choice(slips) for key in pool[: amounts.broken]}
    wrong = {key: rng.choice(mistakes) for key in pool[amounts.broken : amounts.broken + amounts.wrong]}
    rest = [key for key in keys if key not in broken and key not in wrong]
    doubled = set(rng.sample(rest, min(amounts.doubled, len(rest))))
    strays: dict[str, list[tuple[str, Slip]]] = {}
    for n, slip in enumerate(list(slips) * amounts.stray_rounds):
        if rest:
            model = rng.choice(rest)
            strays.setdefault(model, []).append((stray_key(model, n), slip))
    return Troubles(broken, wrong, doubled, strays)


def write_down(
    truth: FeedTruth, source: str, rows: Sequence[tuple[str, Row]], troubles: Troubles, *, key: str, settled: set[str]
) -> list[Row]:
    """The rows of a file as they were first written down, strays and doubles among them; counts them all.

    A stray is there once the record that it copies is `settled`.
    """
    written: list[Row] = []
    right: list[str] = []
    for name, row in rows:
        first = troubles.first_version(name, row)
        written.append(first)
        if slip := troubles.broken.get(name):
            truth.refused(_fault(first, slip, key, source))
        else:
            right.append(name)
        if name in troubles.doubled:
            written.append(first)
            truth.exact_duplicates += 1
            right.append(name)
        for stray_name, slip in troubles.strays.get(name, ()) if name in settled else ():
            stray = slip.applied(row | {key: stray_name})
            written.append(stray)
            truth.refused(_fault(stray, slip, key, source))
    truth.valid(right)
    return written


def count_correction(truth: FeedTruth, keys: Sequence[str], troubles: Troubles) -> None:
    """Counts the rows of a correction file."""
    for name in keys:
        truth.again()
        if name in troubles.broken:
            truth.repairs += 1
            truth.valid_records += 1
        else:
            truth.corrections += 1


def _fault(row: Row, slip: Slip, key: str, source: str) -> Fault:
    value, name = row[slip.field], row[key]
    return Fault(
        None if name is None else str(name), slip.rule, slip.field, None if value is None else str(value), source
    )
