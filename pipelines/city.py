"""A city's profile: loads `cities/<id>/city.toml` and `feeds/*.toml`, and refuses what is not right, by name.

Belongs here: the shape of a profile. What the canonical fields are stands in `pipelines.feeds`; how a source is read by a
profile stands in `pipelines.readers` and `pipelines.landing`.
"""

import datetime as dt
import tomllib
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, ValidationError, field_validator, model_validator

from pipelines.choices import Definitions
from pipelines.errors import ProfileError
from pipelines.feeds import FEEDS
from pipelines.periods import CALENDAR, PeriodRule, check_rules
from pipelines.settings import TIME_ZONE, Settings
from pipelines.strict import Strict

Table = TypeVar("Table", bound=Strict)


class ColumnMap(Strict):
    """Where one canonical field comes from.

    `from` lists the header's synonyms, the first that exists wins; `const` gives every record the same value. `formats` are
    strptime formats tried before the usual ones, `scale` multiplies a number (万元 → yuan: 10000), `map` is a crosswalk of
    codes, `map_reference` ("streets.name_zh") a crosswalk out of a reference table. `required` refuses a file without the column.
    `date_only` says what a date without a time of day means in a field that wants one.
    """

    from_: list[str] = Field(default_factory=list, alias="from")
    const: str | None = None
    formats: list[str] = Field(default_factory=list)
    scale: float | None = None
    map: dict[str, str] = Field(default_factory=dict)
    map_reference: str | None = None
    required: bool = False
    date_only: Literal["quarantine", "midnight"] = "quarantine"

    @model_validator(mode="after")
    def _has_one_origin(self) -> "ColumnMap":
        if bool(self.from_) == (self.const is not None):
            raise ValueError("a column needs either from = [...] or const = ...")
        if self.map and self.map_reference:
            raise ValueError("a column has either map or map_reference")
        return self


class FileSource(Strict):
    """Files in the inbox. Rows are numbered from 1, as a person sees them."""

    kind: Literal["file"]
    files: list[str] = Field(min_length=1)
    encoding: str | None = None
    delimiter: str = ","
    sheet: str | None = None
    header_rows: list[int] = Field(default=[1], min_length=1)
    skip_rows_matching: list[str] = Field(default_factory=list)

    @field_validator("files")
    @classmethod
    def _stay_in_the_inbox(cls, patterns: list[str]) -> list[str]:
        for pattern in patterns:
            if Path(pattern).is_absolute() or ".." in Path(pattern).parts:
                raise ValueError(f"'{pattern}' leaves the inbox")
        return patterns


class DatabaseSource(Strict):
    """A query of a database, read by windows of its `cursor` column. `{inbox}` and `${NAME}` are filled into the address."""

    kind: Literal["database"]
    url: str
    query: str
    cursor: str


class FeedProfile(Strict):
    """How one feed of this city is read."""

    feed: str
    title_zh: str = ""
    title_en: str = ""
    source: FileSource | DatabaseSource = Field(discriminator="kind")
    columns: dict[str, ColumnMap]

    @field_validator("feed")
    @classmethod
    def _is_known(cls, name: str) -> str:
        if name not in FEEDS:
            raise ValueError(f"no feed '{name}'; the feeds are: {', '.join(FEEDS)}")
        return name

    @model_validator(mode="after")
    def _fits_the_feed(self) -> "FeedProfile":
        feed = FEEDS[self.feed]
        if unknown := sorted(set(self.columns) - set(feed.fields)):
            raise ValueError(f"no field {', '.join(unknown)} in {self.feed}; the fields are: {', '.join(feed.fields)}")
        if missing := [name for name in feed.required if name not in self.columns]:
            raise ValueError(f"the required fields {', '.join(missing)} of {self.feed} have no column")
        for name, column in self.columns.items():
            categories = feed.fields[name].categories
            wrong = sorted({*column.map.values(), *([column.const] if column.const else [])} - set(categories))
            if categories and wrong:
                raise ValueError(f"{name}: {', '.join(wrong)} is not one of {', '.join(categories)}")
        return self


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
    def _is_part_of_the_country(self) -> "CityFacts":
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
    reporting_periods: list[PeriodRule] = Field(default_factory=lambda: list(CALENDAR))

    @field_validator("reporting_periods")
    @classmethod
    def _are_told_apart(cls, rules: list[PeriodRule]) -> list[PeriodRule]:
        check_rules(rules)
        return rules


class City:
    """A city's whole profile: its facts, its feeds, and where its reference tables are.

    `broken` are the feeds whose own file is wrong: they fail their step of the night, and the other feeds go on.
    """

    def __init__(
        self,
        folder: Path,
        profile: CityProfile,
        feeds: dict[str, FeedProfile],
        broken: dict[str, ProfileError] | None = None,
    ) -> None:
        self.folder = folder
        self.profile = profile
        self.feeds = feeds
        self.broken = broken or {}

    @property
    def facts(self) -> CityFacts:
        return self.profile.city

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.facts.time_zone)

    @property
    def reference_dir(self) -> Path:
        return self.folder / "reference"

    @property
    def report_dir(self) -> Path:
        """The figures of the city's report, if it has one (`pipelines.metrics.figures`)."""
        return self.folder / "report"

    @property
    def files(self) -> list[Path]:
        """Every file the profile is made of, in a fixed order."""
        return sorted(path for path in self.folder.rglob("*") if path.suffix in {".toml", ".csv", ".geojson"})


def load_city(settings: Settings) -> City:
    """The profile of the city that the settings name.

    Raises ProfileError naming the file, the key and the value where something is wrong. A wrong file of a feed is kept in `broken`
    instead if its name tells which feed it is of.
    """
    folder = settings.city_dir
    if not (folder / "city.toml").is_file():
        known = sorted(p.parent.name for p in settings.cities.absolute().glob("*/city.toml"))
        raise ProfileError(
            f"找不到城市“{settings.city}”的配置",
            f"there is no profile for the city '{settings.city}'",
            file=folder / "city.toml",
            remedy_zh=f"可用的城市：{'、'.join(known) or '无'}；用 CHENGGUAN_CITIES 指定配置目录",
            remedy_en=f"known cities: {', '.join(known) or 'none'}; CHENGGUAN_CITIES names the folder of profiles",
        )
    profile = _parse(folder / "city.toml", CityProfile)
    feeds: dict[str, FeedProfile] = {}
    broken: dict[str, ProfileError] = {}
    for path in sorted((folder / "feeds").glob("*.toml")):
        try:
            feed = _parse(path, FeedProfile)
        except ProfileError as problem:
            if path.stem not in FEEDS:
                raise
            broken[path.stem] = problem
            continue
        if feed.feed in feeds:
            raise ProfileError(
                f"数据源 {feed.feed} 有两份配置", f"the feed {feed.feed} has two profiles", file=path,
                remedy_zh="每个数据源只保留一个文件", remedy_en="keep one file a feed",
            )  # fmt: skip
        feeds[feed.feed] = feed
    return City(folder, profile, feeds, broken)


def _parse(path: Path, model: type[Table]) -> Table:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProfileError(
            "配置文件不是合法的 TOML", f"the profile is not valid TOML: {error}", file=path,
            remedy_zh="按提示的行列改正", remedy_en="mend the line and column named above",
        ) from error  # fmt: skip
    try:
        return model.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        more = f" (+{error.error_count() - 1})" if error.error_count() > 1 else ""
        raise ProfileError(
            "配置文件有误",
            f"the profile is wrong: {first['msg'].removeprefix('Value error, ')}{more}",
            file=path,
            key=".".join(str(part) for part in first["loc"]) or "(whole file)",
            value=_short(first.get("input")),
            remedy_zh="改正该键；cities/changji 是完整的样例",
            remedy_en="mend this key; cities/changji is a complete example",
        ) from error


def _countries() -> dict[str, list[str]]:
    """{country: its subdivisions}, as far as their holidays are known. Imported when asked: a Chinese city does without."""
    from holidays import list_supported_countries  # noqa: PLC0415

    return list_supported_countries(include_aliases=False)


def _short(value: Any) -> str:
    said = repr(value)
    return said if len(said) <= 120 else said[:117] + "…"
