"""What a city says of itself: its feeds' columns, its codes, whose street is whose, when its offices are open."""

import csv
import datetime as dt
import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import chinese_calendar

UNASSIGNED = "unassigned"


def plain_header(text: str) -> str:
    """Landing copies name columns without blanks, line breaks and full-width forms."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def _day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@dataclass(frozen=True)
class City:
    """A folder of cities/."""

    folder: Path

    @cached_property
    def _tables(self) -> dict[str, list[dict[str, str]]]:
        tables = {}
        for path in (self.folder / "reference").glob("*.csv"):
            with path.open(encoding="utf-8-sig", newline="") as file:
                tables[path.stem] = list(csv.DictReader(file))
        return tables

    @cached_property
    def _facts(self) -> dict[str, Any]:
        return tomllib.loads((self.folder / "city.toml").read_text(encoding="utf-8"))

    @property
    def definitions(self) -> dict[str, Any]:
        """What the city chose where the field does not agree."""
        chosen: dict[str, Any] = self._facts["definitions"]
        return chosen

    def columns(self, feed: str) -> dict[str, dict[str, Any]]:
        """The `[columns.…]` of a feed's profile."""
        profile = tomllib.loads((self.folder / "feeds" / f"{feed}.toml").read_text(encoding="utf-8"))
        columns: dict[str, dict[str, Any]] = profile["columns"]
        return columns

    def codes(self, column: dict[str, Any], key: str) -> dict[str, str] | None:
        """What a column's words mean; the canonical codes may stand there themselves. None: the column has no list of words."""
        if "map" in column:
            meant = dict(column["map"])
        elif "map_reference" in column:
            table, _, words = column["map_reference"].partition(".")
            meant = {}
            for row in self._tables[table]:
                meant.setdefault(row[words], row[key])
        else:
            return None
        return {**{code: code for code in meant.values()}, **meant}

    def known(self, table: str, columns: tuple[str, ...]) -> set[tuple[str, ...]]:
        """The keys in a reference table."""
        return {tuple(row[column] for column in columns) for row in self._tables[table]}

    def squad(self, street: str | None, day: dt.date) -> str:
        """Who owned the street on the day."""
        for row in self._tables["squad_areas"]:
            begun = row["street_code"] == street and _day(row["valid_from"]) <= day
            if begun and (not row["valid_to"] or day < _day(row["valid_to"])):
                return row["squad_id"]
        return UNASSIGNED

    @cached_property
    def bureau(self) -> set[str]:
        """The units of the enforcement bureau."""
        return {row["unit_code"] for row in self._tables["departments"] if row["is_bureau"] == "true"}

    @cached_property
    def go_live(self) -> dt.date:
        """The platform's first day."""
        day: dt.date = self._facts["city"]["go_live"]
        return day

    def limit(self, scheme: str, code: str, day: dt.date) -> tuple[float, str] | None:
        """The limit that the city's rules give to a class on a day: the first condition's."""
        valid = [
            row
            for row in self._tables["sla_rules"]
            if (row["code_scheme"], row["class_code"]) == (scheme, code)
            and _day(row["valid_from"]) <= day
            and (not row["valid_to"] or day < _day(row["valid_to"]))
        ]
        if not valid:
            return None
        first = min(valid, key=lambda row: int(row["condition_no"]))
        return float(first["limit_value"]), first["limit_unit"]

    def is_workday(self, day: dt.date) -> bool:
        return bool(chinese_calendar.is_workday(day))

    def office_hours(self, day: dt.date) -> list[tuple[dt.datetime, dt.datetime]]:
        """From when to when offices are open that day; empty on days off."""
        if not self.is_workday(day):
            return []
        for hours in self._facts["working_hours"]:
            begun = hours["valid_from"] <= day and ("valid_to" not in hours or day < hours["valid_to"])
            if begun and day.month in hours["months"]:
                return [(_at(day, start), _at(day, end)) for start, end in hours["intervals"]]
        return []


def _at(day: dt.date, clock: str) -> dt.datetime:
    return dt.datetime.combine(day, dt.time.fromisoformat(clock))
