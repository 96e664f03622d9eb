"""What a city is: `city.toml`. What the field does not agree on stands in `pipelines.choices`, reporting periods in `pipelines.periods`."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator

from pipelines.choices import Definitions
from pipelines.periods import CALENDAR, PeriodRule, check_rules
from pipelines.settings import TIME_ZONE
from pipelines.strict import Strict


class WorkingHours(Strict):
    """Opening hours on workdays, local clock, in the months given, between two dates (the second exclusive)."""

    valid_from: dt.date
    valid_to: dt.date | None = None
    season: str | None = None
    months: list[int] = Field(default_factory=lambda: list(range(1, 13)))
    intervals: list[tuple[dt.time, dt.time]]

    @field_validator("intervals", mode="before")
    @classmethod
    def _read_clock(cls, intervals: Any) -> Any:
        return [tuple(dt.time.fromisoformat(t) if isinstance(t, str) else t for t in pair) for pair in intervals]


class CityFacts(Strict):
    """What a city is."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name_zh: str
    name_en: str
    region_code: str = ""
    time_zone: str = TIME_ZONE
    country: str = "CN"
    first_day: dt.date
    go_live: dt.date | None = None
    default_as_of: dt.date | None = None

    @field_validator("time_zone")
    @classmethod
    def _exists(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"no time zone '{name}'") from error
        return name


class CityProfile(Strict):
    """`city.toml`."""

    city: CityFacts
    working_hours: list[WorkingHours] = Field(default_factory=list)
    definitions: Definitions = Definitions()
    reporting_periods: list[PeriodRule] = Field(default_factory=lambda: list(CALENDAR))

    @field_validator("reporting_periods")
    @classmethod
    def _are_told_apart(cls, rules: list[PeriodRule]) -> list[PeriodRule]:
        check_rules(rules)
        return rules
