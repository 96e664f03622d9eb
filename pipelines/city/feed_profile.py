"""How one feed of a city is read: `feeds/<feed>.toml`.

Belongs here: the shape of that file, and that it fits the feed's canonical fields (`pipelines.feeds`).
"""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field, field_validator, model_validator

from pipelines.city.columns import UNITS, ColumnMap
from pipelines.city.freshness import DAILY, Freshness
from pipelines.city.problems import Misfits
from pipelines.city.retention import Retention
from pipelines.city.sources import FileSource, Source
from pipelines.expectations import Expectation
from pipelines.feeds import FEEDS
from pipelines.feeds import Field as FeedField
from pipelines.readers.base import normalise_header
from pipelines.strict import Strict


class Drift(Strict):
    """What happens when a source has columns that the profile does not name.

    They stay in the vault in any case. `unknown_columns`: "warn" tells the person on call, "refuse" sends the file back, "ignore" is silent.
    `ignored` are columns that are known and not wanted (`["*"]`: all).
    """

    unknown_columns: Literal["warn", "refuse", "ignore"] = "warn"
    ignored: list[str] = Field(default_factory=list)


class FeedProfile(Strict):
    """How one feed of this city is read."""

    feed: str
    title_zh: str = ""
    title_en: str = ""
    source: Source
    columns: dict[str, ColumnMap]
    drift: Drift = Drift()
    freshness: Freshness | None = None
    retention: Retention | None = None
    expectations: list[Expectation] = Field(default_factory=list)

    @field_validator("feed")
    @classmethod
    def _is_known(cls, name: str) -> str:
        if name not in FEEDS:
            raise ValueError(f"no feed '{name}'; the feeds are: {', '.join(FEEDS)}")
        return name

    @model_validator(mode="after")
    def _fits_the_feed(self) -> "FeedProfile":
        feed = FEEDS[self.feed]
        found: list[tuple[str, str, str]] = []
        if unknown := sorted(set(self.columns) - set(feed.fields)):
            said, known = ", ".join(unknown), ", ".join(feed.fields)
            found.append(
                (
                    "columns",
                    f"没有字段 {said}；可用的字段：{known}",
                    f"no field {said} in {self.feed}; the fields are: {known}",
                )
            )
        if missing := [name for name in feed.required if name not in self.columns]:
            said = ", ".join(missing)
            zh = "、".join(f"{feed.fields[name].description_zh} {name}" for name in missing)
            found.append(
                ("columns", f"必填字段没有对应的列：{zh}", f"the required fields {said} of {self.feed} have no column")
            )
        for name, column in self.columns.items():
            if name in feed.fields:
                found += [(f"columns.{name}", *said) for said in _misfits(name, column, feed.fields[name])]
        found += self._shared_with_persons()
        for at, expectation in enumerate(self.expectations):
            name = expectation.measure.partition(":")[2]
            if name not in ("", "*", *feed.fields):
                known = ", ".join(feed.fields)
                where = f"expectations.{at}.measure"
                found.append(
                    (
                        where,
                        f"没有字段 {name}；可用的字段：{known}",
                        f"no field {name} in {self.feed}; the fields are: {known}",
                    )
                )
        if found:
            raise Misfits(found)
        return self

    def _shared_with_persons(self) -> Iterator[tuple[str, str, str]]:
        """A column lands in one form: one that holds persons for one field cannot be read as it is for another."""
        fields = FEEDS[self.feed].fields
        columns = {name: column for name, column in self.columns.items() if name in fields}
        guarded = {
            normalise_header(said): name
            for name, column in columns.items() if fields[name].personal or column.personal
            for said in column.synonyms()
        }  # fmt: skip
        for name, column in columns.items():
            own = [] if fields[name].personal or column.personal else column.synonyms()
            for said in (*own, *column.join, *column.only_if):
                if guard := guarded.get(normalise_header(said)):
                    yield (
                        f"columns.{name}",
                        f"列“{said}”是个人信息（用于 {guard}），不能再用于该字段",
                        f"{name}: the column '{said}' is personal (it serves {guard}) and cannot serve this field too",
                    )

    @property
    def rhythm(self) -> Freshness | None:
        """How fresh the feed should be. A database is asked every night; files come in a rhythm that only the profile knows."""
        return self.freshness or (None if isinstance(self.source, FileSource) else DAILY)

    @property
    def versions(self) -> list[str]:
        """The template's versions that the columns tell apart, in the order in which they are named first."""
        return list(dict.fromkeys(version for column in self.columns.values() for version in column.versions))


def _misfits(name: str, column: ColumnMap, field: FeedField) -> Iterator[tuple[str, str]]:
    """What of a column does not go with its field, in Chinese and English."""
    given = {
        *column.map.values(),
        *(said for said in (column.const, column.otherwise, column.if_empty) if said is not None),
    }
    if field.categories and (wrong := sorted(given - set(field.categories))):
        said, codes = ", ".join(wrong), ", ".join(field.categories)
        yield f"{said} 不是该字段的代码；可用：{codes}", f"{name}: {said} is not one of {codes}"
    if column.unit and not name.endswith(f"_{UNITS[column.unit][0]}"):
        yield f"该字段没有单位“{column.unit}”", f"{name}: {column.unit} is not a unit of this field"
    if column.join and field.personal:
        yield (
            "个人信息只能来自一列，不能拼接",
            f"{name}: a personal value is one column; it cannot be joined out of several",
        )
    if column.personal and (field.personal or not field.is_text):
        yield (
            "personal 只用于数据源尚未保护的文字字段",
            f"{name}: personal = … is for fields of text that the feed does not protect already",
        )
    if (column.const is not None or column.if_empty is not None) and (field.personal or column.personal):
        yield "个人信息不能写在配置里", f"{name}: a personal value cannot stand in a profile"
