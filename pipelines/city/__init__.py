"""A city's profile: loads `cities/<id>/city.toml` and `feeds/*.toml`, and refuses what is not right, by name.

Belongs here: the profile as a whole and its loading. The shape of its tables stands in `facts`, `feed_profile`, `sources` and `columns`;
what the canonical fields are in `pipelines.feeds`; how a source is read by a profile in `pipelines.readers` and `pipelines.landing`.
"""

import tomllib
from functools import cached_property
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from pipelines.choices import Definitions
from pipelines.city.columns import ColumnMap
from pipelines.city.facts import CityFacts, CityProfile, WorkingHours
from pipelines.city.feed_profile import Drift, FeedProfile
from pipelines.city.freshness import Freshness
from pipelines.city.problems import WHOLE_FILE, as_error, problems_of
from pipelines.city.retention import Retention, merged
from pipelines.city.sources import DatabaseSource, FileSource, Open311Source
from pipelines.errors import ProfileError
from pipelines.feeds import FEEDS
from pipelines.settings import Settings
from pipelines.strict import Strict

__all__ = [
    "LARGEST_BYTES", "City", "CityFacts", "CityProfile", "ColumnMap", "DatabaseSource", "Definitions", "Drift", "FeedProfile", "FileSource",
    "Freshness", "Open311Source", "WorkingHours", "load_city", "parse",
]  # fmt: skip

#: The demo city's largest profile is a thousandth of it.
LARGEST_BYTES = 1 << 20

Table = TypeVar("Table", bound=Strict)


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

    def profile_of(self, feed: str) -> FeedProfile:
        """How the city's feed is read. Raises ProfileError where it has none of this name, or a broken one."""
        if feed in self.broken:
            raise self.broken[feed]
        if feed not in self.feeds:
            raise ProfileError(
                "该城市没有这个数据源", f"the city has no feed '{feed}'", file=self.folder / "feeds", value=feed,
                remedy_zh=f"可用的数据源：{'、'.join(self.feeds)}", remedy_en=f"the feeds are: {', '.join(self.feeds)}",
            )  # fmt: skip
        return self.feeds[feed]

    def retention_of(self, feed: str) -> Retention:
        """How long what landed of the feed is kept: by its own rules, else by the city's."""
        return merged(self.profile.retention, self.profile_of(feed).retention)

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
    profile = parse(folder / "city.toml", CityProfile)
    feeds: dict[str, FeedProfile] = {}
    broken: dict[str, ProfileError] = {}
    for path in sorted((folder / "feeds").glob("*.toml")):
        try:
            feed = parse(path, FeedProfile)
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


def parse(path: Path, model: type[Table]) -> Table:
    """One file of the profile as its table. Raises ProfileError naming what is wrong, ten problems at most."""
    if (size := path.stat().st_size) > LARGEST_BYTES:
        raise ProfileError(
            f"配置文件大于 {LARGEST_BYTES >> 20} MiB", f"the profile is larger than {LARGEST_BYTES >> 20} MiB", file=path, value=f"{size:,}",
            key=WHOLE_FILE, remedy_zh="代码对照放到 reference 的表里，用 map_reference 引用",
            remedy_en="put crosswalks into a table of reference and name it by map_reference",
        )  # fmt: skip
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        # No TOML, no UTF-8, a number of more digits than are read, brackets nested beyond any use.
        raise ProfileError(
            "配置文件不是合法的 TOML", f"the profile is not valid TOML: {error}", file=path,
            remedy_zh="按提示的行列改正", remedy_en="mend the line and column named above",
        ) from error  # fmt: skip
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise as_error(path, problems_of(error)) from error
