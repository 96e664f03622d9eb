"""What a feed is: one kind of record from one source system, with its canonical fields and its row contract.

Belongs here: the machinery that all feeds share. The fields and rules of one feed stand in its own module, what
differs between cities in the city's `feeds/<feed>.toml`.

The contract is a dataframely schema. Its columns carry, as metadata, what the pipeline must know of a field:

* `zh`: the field's Chinese name; `description` is the English one.
* `personal`: "name", "phone", "id_number" or "address". The warehouse then holds `<field>_hash` and `<field>_mask`.
* `whose`: whose personal value it is where a record names several persons; the record's own subject otherwise.
* `free_text`: scrubbed of phone numbers, ID numbers and plates on its way in.
* `reference`: "<table>:<column>[,<column>]"; the value must stand in that reference table of the city.
* `planned`: a time that may rightly lie ahead, such as a deadline.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import dataframely as dy
import polars as pl

from pipelines.expectations import Expectation

#: The column by which a row's place in its chunk goes through the contract.
PLACE = "place_in_chunk"
#: Whom a record is about: who called, who was punished, who owns, who is on the staff.
SUBJECT = "subject"


@dataclass(frozen=True)
class Field:
    """One canonical field. `dtype` is the polars type it has once read; `categories` are an enum's values, `bounds` the least and the
    greatest number that it may hold (None: no bound)."""

    name: str
    dtype: pl.DataType
    nullable: bool
    description_en: str
    description_zh: str
    personal: str | None = None
    whose: str = SUBJECT
    free_text: bool = False
    reference_table: str | None = None
    reference_columns: tuple[str, ...] = ()
    planned: bool = False
    categories: tuple[str, ...] = ()
    bounds: tuple[float | None, float | None] = (None, None)

    @property
    def is_time(self) -> bool:
        return isinstance(self.dtype, pl.Date | pl.Datetime)

    @property
    def is_text(self) -> bool:
        """Free of any type: neither a code, a number, a time nor a yes or no."""
        return isinstance(self.dtype, pl.String)


@dataclass(frozen=True)
class Feed:
    """A feed. `key` names the record, `version` (where the source has one) orders its versions, `event_on` dates it, `expectations` say what
    its batches are like beyond what is ordinary."""

    name: str
    title_zh: str
    title_en: str
    schema: type[dy.Schema]
    key: str
    event_on: str
    version: str | None = None
    expectations: tuple[Expectation, ...] = ()

    @cached_property
    def fields(self) -> dict[str, Field]:
        return {name: _field(name, column) for name, column in self.schema.columns().items()}

    @cached_property
    def placed_schema(self) -> type[dy.Schema]:
        """The schema with a column for each row's place, so that a failing row can be found again."""
        return type(f"{self.schema.__name__}Placed", (self.schema,), {PLACE: dy.UInt32(nullable=True)})

    @property
    def required(self) -> list[str]:
        """Fields without which a record says nothing: those that the contract does not let be empty."""
        return [name for name, field in self.fields.items() if not field.nullable]


def _field(name: str, column: dy.Column) -> Field:
    metadata: dict[str, Any] = column.metadata or {}
    table, _, columns = str(metadata.get("reference", "")).partition(":")
    dtype = column.dtype
    return Field(
        name=name,
        dtype=dtype if isinstance(dtype, pl.DataType) else dtype(),
        nullable=column.nullable,
        description_en=column.description or "",
        description_zh=metadata.get("zh", ""),
        personal=metadata.get("personal"),
        whose=metadata.get("whose", SUBJECT),
        free_text=bool(metadata.get("free_text")),
        reference_table=table or None,
        reference_columns=tuple(columns.split(",")) if columns else (),
        planned=bool(metadata.get("planned")),
        categories=tuple(dtype.categories) if isinstance(dtype, pl.Enum) else (),
        bounds=(getattr(column, "min", None), getattr(column, "max", None)) if dtype.is_numeric() else (None, None),
    )


def text(
    en: str,
    zh: str,
    *,
    nullable: bool = True,
    personal: str | None = None,
    whose: str = SUBJECT,
    free_text: bool = False,
    reference: str | None = None,
) -> dy.String:
    """A column of text."""
    metadata: dict[str, Any] = {"zh": zh, "free_text": free_text}
    if personal:
        metadata |= {"personal": personal, "whose": whose}
    if reference:
        metadata["reference"] = reference
    return dy.String(nullable=nullable, metadata=metadata, description=en)


def code(en: str, zh: str, values: Sequence[str], *, nullable: bool = True) -> dy.Enum:
    """A column of codes from a closed list."""
    return dy.Enum(list(values), nullable=nullable, metadata={"zh": zh}, description=en)


def moment(en: str, zh: str, *, nullable: bool = True, planned: bool = False) -> dy.Datetime:
    """A local time of day on a date (no zone; the city's clock)."""
    return dy.Datetime(nullable=nullable, time_unit="us", metadata={"zh": zh, "planned": planned}, description=en)


def day(en: str, zh: str, *, nullable: bool = True, planned: bool = False) -> dy.Date:
    """A local calendar date."""
    return dy.Date(nullable=nullable, metadata={"zh": zh, "planned": planned}, description=en)


def amount(en: str, zh: str, *, nullable: bool = True, precision: int = 14) -> dy.Decimal:
    """An exact quantity with two decimals, not negative: yuan, m² or a limit, as the field's name says."""
    return dy.Decimal(precision, 2, nullable=nullable, min=0, metadata={"zh": zh}, description=en)


def number(en: str, zh: str, *, low: float, high: float) -> dy.Float64:
    """A measured number within bounds."""
    return dy.Float64(nullable=True, min=low, max=high, metadata={"zh": zh}, description=en)


def count(en: str, zh: str, *, high: int = 10_000) -> dy.Int32:
    """A whole number, not negative."""
    return dy.Int32(nullable=True, min=0, max=high, metadata={"zh": zh}, description=en)


def flag(en: str, zh: str) -> dy.Bool:
    """Yes or no."""
    return dy.Bool(nullable=True, metadata={"zh": zh}, description=en)


def in_order(*columns: str) -> pl.Expr:
    """True where each of the columns that has a value is not before any earlier one.

    `max_horizontal` passes over nulls, so each column is held against the latest of those before it.
    """
    ordered = pl.lit(True)
    for at in range(1, len(columns)):
        earlier = pl.max_horizontal(*columns[:at])
        ordered &= (pl.col(columns[at]) >= earlier).fill_null(True)
    return ordered
