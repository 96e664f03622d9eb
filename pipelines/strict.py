"""The base of every table of a city's profile.

Belongs here: how a table of a profile is read at all. What the tables are stands in `city`, `choices` and `periods`.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator


class Strict(BaseModel):
    """A table of the profile; a key it does not know is an error, since it is most often a slip of the pen."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _has_no_other_key(cls, table: Any) -> Any:
        if isinstance(table, dict):
            known = [spec.alias or name for name, spec in cls.model_fields.items()]
            if unknown := [str(key) for key in table if key not in known]:
                raise ValueError(f"no key {', '.join(unknown)} here; the keys are: {', '.join(known)}")
        return table
