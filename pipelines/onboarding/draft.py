"""A draft as a thing: what is proposed for each field, and what was found out of the source.

Belongs here: the shape of a draft. How it is come by stands in `proposal`, how it is written in `writing`.
"""

from dataclasses import dataclass, field
from typing import Any

from pipelines.city import DatabaseSource, FileSource
from pipelines.feeds import Field

Remark = tuple[str, str]


@dataclass
class Proposed:
    """One field. `keys` are those of `[columns.<field>]`; `open_values` are values without a code, with their rows."""

    spec: Field
    certainty: str
    keys: dict[str, Any]
    headers: list[str]
    remarks: list[Remark] = field(default_factory=list)
    open_values: dict[str, int] = field(default_factory=dict)
    examples: list[str] = field(default_factory=list)


@dataclass
class Draft:
    """A whole feed: its source, the fields that were placed, the required ones that were not, and what is left over."""

    feed: str
    source: FileSource | DatabaseSource
    rows: int
    placed: dict[str, Proposed]
    missing: list[Field]
    unused: dict[str, str | None]
    encodings: set[str] = field(default_factory=set)
    doubts: dict[str, Remark] = field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        """Whether every required field has a place, so that the profile loads."""
        return not self.missing
