"""Where a canonical field comes from: one table `[columns.<field>]` of a feed's profile.

Belongs here: the keys of that table and what they may hold together. How cells are turned into fields by them stands in
`pipelines.landing.canonical`, which header serves which field in `pipelines.landing.headers`.
"""

import re
from typing import Literal

import polars as pl
from pydantic import Field, model_validator

from pipelines.strict import Strict

#: {unit as people write it: (base unit, factor)}. A field's base unit is told by the end of its name: `_yuan`, `_m2`.
UNITS: dict[str, tuple[str, float]] = {
    "元": ("yuan", 1), "千元": ("yuan", 1_000), "万元": ("yuan", 10_000), "百万元": ("yuan", 1_000_000), "亿元": ("yuan", 100_000_000),
    "m2": ("m2", 1), "平方米": ("m2", 1), "万m2": ("m2", 10_000), "万平方米": ("m2", 10_000), "亩": ("m2", 10_000 / 15),
    "公顷": ("m2", 10_000), "km2": ("m2", 1_000_000), "平方公里": ("m2", 1_000_000), "sqft": ("m2", 0.09290304),
}  # fmt: skip


class ColumnMap(Strict):
    """How one canonical field is filled. One of `from`, `first_of`, `join` and `const` says out of what.

    `from` lists the header's synonyms, the first that exists wins; with versions of a template it is a table
    (`from = { "2023" = ["处罚金额"], "2016" = ["罚款金额(万元)"] }`) and the synonyms of the version that the file is in count.
    `first_of` takes, record by record, the first of several columns that is not empty (a template with a column for each kind of number).
    `join` makes one value out of several columns (a date and a time of day, say), put together with `separator`. `const` gives every
    record the same value.

    `extract` takes what a regular expression finds in the cell, its one group (`'罚款([0-9.]+)元'`); a cell without it is empty.
    `formats` are strptime formats tried before the usual ones; `unit` says in what a number is written (万元, 万m2), `scale`
    multiplies it; `map` is a crosswalk of codes, `map_reference` ("streets.name_zh") one out of a reference table, `otherwise` the
    value of every code that the crosswalk does not know, `if_empty` that of a record whose cell is empty. `only_if` takes the value only of records whose other column holds one of
    the texts (`only_if = { "status" = ["Closed"] }`). `date_only` says what a date without a time of day means in a field that wants
    one. `required` refuses a file without the column. `personal` and `free_text` protect what the feed does not yet: the value is
    kept as a mask, or without telephone numbers, ID numbers and plates.
    """

    from_: list[str] | dict[str, list[str]] = Field(default_factory=list, alias="from")
    first_of: list[str] = Field(default_factory=list)
    join: list[str] = Field(default_factory=list)
    separator: str = " "
    const: str | None = None
    extract: str | None = None
    formats: list[str] = Field(default_factory=list)
    scale: float | None = None
    unit: str | None = None
    map: dict[str, str] = Field(default_factory=dict)
    map_reference: str | None = None
    otherwise: str | None = None
    if_empty: str | None = None
    only_if: dict[str, list[str]] = Field(default_factory=dict)
    required: bool = False
    date_only: Literal["quarantine", "midnight"] = "quarantine"
    personal: Literal["name", "phone", "id_number", "address"] | None = None
    free_text: bool = False

    @model_validator(mode="after")
    def _fits_together(self) -> "ColumnMap":
        if [bool(self.from_), bool(self.first_of), bool(self.join), self.const is not None].count(True) != 1:
            raise ValueError("a column needs one of from = [...], first_of = [...], join = [...] and const = ...")
        if self.map and self.map_reference:
            raise ValueError("a column has either map or map_reference")
        if self.otherwise is not None and not (self.map or self.map_reference):
            raise ValueError("otherwise goes with map or map_reference")
        if self.unit is not None and self.unit not in UNITS:
            raise ValueError(f"no unit '{self.unit}'; the units are: {', '.join(UNITS)}")
        if self.unit is not None and self.scale is not None:
            raise ValueError("a column has either unit or scale")
        if self.extract is not None:
            _check_expression(self.extract)
        if self.join and self.personal:
            raise ValueError("a personal value is one column; it cannot be joined out of several")
        return self

    @property
    def factor(self) -> float:
        """What a number is multiplied by to be in the field's base unit."""
        return UNITS[self.unit][1] if self.unit else self.scale or 1

    @property
    def versions(self) -> list[str]:
        """The versions of a template that this column tells apart."""
        return list(self.from_) if isinstance(self.from_, dict) else []

    def synonyms(self, version: str | None = None) -> list[str]:
        """The headers that may serve the field: those of one version, or all."""
        if self.first_of:
            return self.first_of
        if isinstance(self.from_, list):
            return self.from_
        if version is not None:
            return self.from_.get(version, [])
        return [name for names in self.from_.values() for name in names]


def _check_expression(expression: str) -> None:
    """Refuses what is no regular expression of one group. The engine that runs it takes time in proportion to the text, never more."""
    try:
        pl.select(pl.lit("").str.extract(expression, 1))
        groups = re.compile(expression).groups
    except (pl.exceptions.PolarsError, re.error) as error:
        raise ValueError(f"extract is no regular expression: {str(error).partition(chr(10))[0]}") from error
    if groups != 1:
        raise ValueError("extract needs one group in brackets: what is to be taken")
