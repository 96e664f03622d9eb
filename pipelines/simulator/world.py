"""The stage of a simulation: the city's reference tables, how much of everything there is, and over which days.

A world is the same whatever the as-of date: everything up to the day of the report is drawn whole, and the as-of date only decides
how much of it can be seen. Days after the report are drawn in further spans, each from a random stream of its own, so that
asking for a later day never changes an earlier one.
"""

import csv
from bisect import bisect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Generic, TypeVar

from pipelines.city import City

T = TypeVar("T")

#: The report's date: up to this day the figures are calibrated.
CALIBRATED_ON = date(2017, 9, 25)
LAST_DAY = date(2027, 12, 31)
DEFAULT_CASES = 13_127


@dataclass(frozen=True)
class Sizes:
    """How many records there are up to the day of the report, all sources in proportion to the bureau's platform tasks.

    From the report: bureau_cases (13100余), hotline (500余), phone (600余), general (8166), buildings (1139), demolished_cents (266443.27 m²).
    The others are illustrative.
    """

    bureau_cases: int = DEFAULT_CASES
    other_cases: int = 4_021
    cancelled_cases: int = 436
    refused_cases: int = 318
    hotline: int = 517
    phone: int = 638
    general: int = 8_166
    general_2011: int = 612
    summary: int = 1_431
    buildings: int = 1_139
    town_buildings: int = 21
    demolished_cents: int = 26_644_327

    @classmethod
    def for_cases(cls, cases: int) -> "Sizes":
        """The sizes of a city with so many bureau tasks."""
        share = cases / DEFAULT_CASES
        return cls(**{f.name: max(1, round(f.default * share)) for f in fields(cls) if isinstance(f.default, int)})

    def after(self, days: int) -> "Sizes":
        """What so many days after the report bring. Illegal buildings have come to an end by then."""

        def part(whole: int, since: date) -> int:
            return round(whole * days / (CALIBRATED_ON - since).days * 1.1)

        live, first, general = date(2013, 11, 1), date(2011, 1, 1), date(2012, 1, 1)
        return Sizes(
            part(self.bureau_cases, live), part(self.other_cases, live), part(self.cancelled_cases, live),
            part(self.refused_cases, live), part(self.hotline, first), part(self.phone, first),
            part(self.general, general), 0, part(self.summary, first), 0, 0, 0,
        )  # fmt: skip


@dataclass(frozen=True)
class Span:
    """A stretch of days that is drawn at once. In the calibrated one everything of the bureau's own is closed by its last day."""

    name: str
    first: date
    last: date
    sizes: Sizes
    calibrated: bool

    @property
    def cut(self) -> datetime | None:
        return datetime.combine(self.last, time(18, 30)) if self.calibrated else None


def spans(first: date, as_of: date, sizes: Sizes) -> Iterator[Span]:
    """The calibrated span, then one per calendar year until the as-of date is covered."""
    yield Span("report", first, CALIBRATED_ON, sizes, True)
    start = CALIBRATED_ON + timedelta(days=1)
    while start <= as_of:
        last = date(start.year, 12, 31)
        yield Span(str(start), start, last, sizes.after((last - start).days + 1), False)
        start = last + timedelta(days=1)


@dataclass(frozen=True)
class Grid:
    code: str
    street: str
    lon: float
    lat: float


class Weighted(Generic[T]):
    """Draws items by weight; much faster than `Random.choices` when it is asked often."""

    def __init__(self, weights: Mapping[T, float]) -> None:
        self.items = list(weights)
        self._sums = list(accumulate(weights.values()))

    def draw(self, rng: Random) -> T:
        """One item."""
        return self.items[min(bisect(self._sums, rng.random() * self._sums[-1]), len(self.items) - 1)]


#: How busy the streets are: illustrative, with one centre, quiet towns and a zone that grows.
STREET_LOAD = {
    "001": 17.0, "002": 14.0, "003": 12.0, "004": 19.0, "005": 13.0, "006": 8.0, "402": 6.0, "101": 3.5, "105": 2.5,
    "104": 1.6, "102": 1.2, "103": 0.9, "106": 0.6, "107": 0.5, "100": 0.4,
}  # fmt: skip


class World:
    """The city as the simulator needs it."""

    def __init__(self, city: City, seed: int) -> None:
        self.city = city
        self.seed = seed
        self._folder = city.reference_dir

    def rng(self, *purpose: str) -> Random:
        """A random stream of its own for each purpose: what one source draws never shifts another."""
        return Random(":".join([str(self.seed), *purpose]))

    def _rows(self, table: str) -> list[dict[str, str]]:
        path: Path = self._folder / f"{table}.csv"
        with path.open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))

    def table(self, name: str) -> list[dict[str, str]]:
        """The rows of one of the city's reference tables."""
        return self._rows(name)

    @cached_property
    def street_names(self) -> dict[str, str]:
        return {row["street_code"]: row["name_zh"] for row in self._rows("streets")}

    @cached_property
    def squad_names(self) -> dict[str, str]:
        return {row["squad_id"]: row["name_zh"] for row in self._rows("squads")}

    @cached_property
    def unit_names(self) -> dict[str, str]:
        return {row["unit_code"]: row["name_zh"] for row in self._rows("departments")}

    @cached_property
    def _squad_units(self) -> dict[str, str]:
        return {row["squad_id"]: row["unit_code"] for row in self._rows("departments") if row["squad_id"]}

    @cached_property
    def _areas(self) -> list[tuple[str, str, date, date]]:
        return [
            (
                row["squad_id"],
                row["street_code"],
                date.fromisoformat(row["valid_from"]),
                date.fromisoformat(row["valid_to"] or "9999-12-31"),
            )
            for row in self._rows("squad_areas")
        ]

    def squad_on(self, street: str, day: date) -> str:
        """The squad that owns the street on that day.

        Raises KeyError where none does.
        """
        for squad, owned, first, last in self._areas:
            if owned == street and first <= day < last:
                return squad
        raise KeyError(f"no squad owns {street} on {day}")

    def unit_of(self, squad: str) -> str:
        """The squad's code as a unit of the platform."""
        return self._squad_units[squad]

    @cached_property
    def streets(self) -> Weighted[str]:
        """Streets with a squad, by load."""
        region = self.city.facts.region_code
        return Weighted({region + code: load for code, load in STREET_LOAD.items()})

    @cached_property
    def grids(self) -> dict[str, Weighted[Grid]]:
        """Each street's grids; a few carry most of the load."""
        found: dict[str, list[Grid]] = {}
        for row in self._rows("grids"):
            grid = Grid(row["grid_code"], row["street_code"], float(row["lon"]), float(row["lat"]))
            found.setdefault(grid.street, []).append(grid)
        weighted = {}
        for street, grids in found.items():
            self.rng("grids", street).shuffle(grids)
            weighted[street] = Weighted({grid: 1 / (at + 1) ** 0.9 for at, grid in enumerate(grids)})
        return weighted

    @cached_property
    def class_names(self) -> dict[tuple[str, str], str]:
        return {(row["code_scheme"], row["class_code"]): row["name_zh"] for row in self._rows("event_classes")}

    @cached_property
    def _limits(self) -> dict[tuple[str, str, int], list[tuple[date, date, float, str]]]:
        found: dict[tuple[str, str, int], list[tuple[date, date, float, str]]] = {}
        for row in self._rows("sla_rules"):
            key = (row["code_scheme"], row["class_code"], int(row["condition_no"]))
            first, last = date.fromisoformat(row["valid_from"]), date.fromisoformat(row["valid_to"] or "9999-12-31")
            found.setdefault(key, []).append((first, last, float(row["limit_value"]), row["limit_unit"]))
        return found

    def limit(self, scheme: str, class_code: str, day: date, condition: int = 1) -> tuple[float, str]:
        """(value, unit) of the time limit in force that day."""
        for first, last, value, unit in self._limits[scheme, class_code, condition]:
            if first <= day < last:
                return value, unit
        raise KeyError(f"no limit for {scheme} {class_code} on {day}")
