"""What a city is: `city.toml`. What the field does not agree on stands in `pipelines.choices`, reporting periods in `pipelines.periods`."""

import datetime as dt
from difflib import get_close_matches
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator

from pipelines.choices import Definitions
from pipelines.city.retention import CityRetention
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
        if not isinstance(intervals, list | tuple) or not all(isinstance(pair, list | tuple) for pair in intervals):
            raise ValueError('intervals are pairs of times, such as [["09:30", "13:30"], ["15:30", "19:00"]]')
        return [tuple(dt.time.fromisoformat(t) if isinstance(t, str) else t for t in pair) for pair in intervals]


Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[str, ...] = get_args(Weekday)


class CityFacts(Strict):
    """What a city is.

    `country` is its code in ISO 3166-1, `subdivision` what the `holidays` package calls its state or province. `weekend` are the days off
    where they are not the country's. A city without a Chinese name has its English one.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name_zh: str = ""
    name_en: str
    region_code: str = ""
    time_zone: str = TIME_ZONE
    country: str = "CN"
    subdivision: str | None = None
    weekend: list[Weekday] | None = Field(default=None, max_length=6)
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

    @field_validator("country")
    @classmethod
    def _has_a_calendar(cls, code: str) -> str:
        if code != "CN" and code not in (known := _countries()):
            near = get_close_matches(code.upper(), known) or sorted(known)
            raise ValueError(f"no country '{code}'; codes are those of ISO 3166-1, such as {', '.join(near[:8])}")
        return code

    @model_validator(mode="after")
    def _fits_its_country(self) -> "CityFacts":
        if self.country != "CN" and "time_zone" not in self.model_fields_set:
            raise ValueError(f"a city in {self.country} needs its time_zone, such as America/New_York")
        if self.subdivision is not None and self.subdivision not in (known := _countries()[self.country]):
            raise ValueError(
                f"no subdivision '{self.subdivision}' of {self.country}; known: {', '.join(known) or 'none'}"
            )
        return self

    @model_validator(mode="before")
    @classmethod
    def _has_a_name(cls, table: Any) -> Any:
        if isinstance(table, dict) and not table.get("name_zh") and "name_en" in table:
            return {**table, "name_zh": table["name_en"]}
        return table


class CityProfile(Strict):
    """`city.toml`."""

    city: CityFacts
    working_hours: list[WorkingHours] = Field(default_factory=list)
    definitions: Definitions = Definitions()
    retention: CityRetention = CityRetention()
    reporting_periods: list[PeriodRule] = Field(default_factory=lambda: list(CALENDAR))

    @field_validator("reporting_periods")
    @classmethod
    def _are_told_apart(cls, rules: list[PeriodRule]) -> list[PeriodRule]:
        check_rules(rules)
        return rules


def _countries() -> dict[str, list[str]]:
    """{country: its subdivisions}, as far as their holidays are known. Imported when asked: a Chinese city does without."""
    from holidays import list_supported_countries  # noqa: PLC0415

    return list_supported_countries(include_aliases=False)
