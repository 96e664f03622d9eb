"""The canonical fields as people ask for them: type, whether required, whether personal, codes with their meaning.

Belongs here: describing fields and feeds. The fields themselves stand in `pipelines.feeds`.
"""

from dataclasses import dataclass

import polars as pl

from pipelines.city.columns import UNITS
from pipelines.feeds import FEEDS, Field
from pipelines.onboarding.words import Words


@dataclass(frozen=True)
class Described:
    """One canonical field. `codes` maps each code to its Chinese name, empty where none is known."""

    field: str
    zh: str
    en: str
    type: str
    required: bool
    personal: str | None
    free_text: bool
    codes: dict[str, str]
    units: list[str]
    reference: str | None
    role: str | None


def kind_of(spec: Field) -> str:
    """The field's type in a word."""
    if spec.categories:
        return "code"
    dtype = spec.dtype
    names: dict[type[pl.DataType], str] = {
        pl.Date: "date", pl.Datetime: "date and time", pl.Boolean: "yes/no", pl.Int32: "whole number",
    }  # fmt: skip
    if isinstance(dtype, pl.String):
        return "text"
    return names.get(type(dtype), "number")


def describe(feed: str, words: Words) -> list[Described]:
    """Every field of a feed, in the feed's order."""
    about = FEEDS[feed]
    roles = {about.key: "key", about.event_on: "event", about.version or "": "version"}
    return [
        Described(
            field=name,
            zh=spec.description_zh,
            en=spec.description_en,
            type=kind_of(spec),
            required=not spec.nullable,
            personal=spec.personal,
            free_text=spec.free_text,
            codes={code: words.meaning(feed, spec, code) for code in spec.categories},
            units=[unit for unit, (base, _) in UNITS.items() if name.endswith(f"_{base}")],
            reference=f"{spec.reference_table}.{','.join(spec.reference_columns)}" if spec.reference_table else None,
            role=roles.get(name),
        )
        for name, spec in about.fields.items()
    ]
