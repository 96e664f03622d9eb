"""How one feed of a city is read: `feeds/<feed>.toml`.

Belongs here: the shape of that file, and that it fits the feed's canonical fields (`pipelines.feeds`).
"""

from typing import Literal

from pydantic import Field, field_validator, model_validator

from pipelines.city.columns import UNITS, ColumnMap
from pipelines.city.sources import Source
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
        if unknown := sorted(set(self.columns) - set(feed.fields)):
            raise ValueError(f"no field {', '.join(unknown)} in {self.feed}; the fields are: {', '.join(feed.fields)}")
        if missing := [name for name in feed.required if name not in self.columns]:
            raise ValueError(f"the required fields {', '.join(missing)} of {self.feed} have no column")
        for name, column in self.columns.items():
            _check_column(name, column, feed.fields[name])
        self._keep_persons_apart()
        for expectation in self.expectations:
            if (name := expectation.measure.partition(":")[2]) not in ("", "*", *feed.fields):
                raise ValueError(
                    f"expectations: no field {name} in {self.feed}; the fields are: {', '.join(feed.fields)}"
                )
        return self

    def _keep_persons_apart(self) -> None:
        """A column lands in one form: one that holds persons for one field cannot be read as it is for another."""
        fields = FEEDS[self.feed].fields
        guarded = {
            normalise_header(said): name
            for name, column in self.columns.items() if fields[name].personal or column.personal
            for said in column.synonyms()
        }  # fmt: skip
        for name, column in self.columns.items():
            own = [] if fields[name].personal or column.personal else column.synonyms()
            for said in (*own, *column.join, *column.only_if):
                if guard := guarded.get(normalise_header(said)):
                    raise ValueError(
                        f"{name}: the column '{said}' is personal (it serves {guard}) and cannot serve this field too"
                    )

    @property
    def versions(self) -> list[str]:
        """The template's versions that the columns tell apart, in the order in which they are named first."""
        return list(dict.fromkeys(version for column in self.columns.values() for version in column.versions))


def _check_column(name: str, column: ColumnMap, field: FeedField) -> None:
    given = {
        *column.map.values(),
        *(said for said in (column.const, column.otherwise, column.if_empty) if said is not None),
    }
    if field.categories and (wrong := sorted(given - set(field.categories))):
        raise ValueError(f"{name}: {', '.join(wrong)} is not one of {', '.join(field.categories)}")
    if column.unit and not name.endswith(f"_{UNITS[column.unit][0]}"):
        raise ValueError(f"{name}: {column.unit} is not a unit of this field")
    if column.join and field.personal:
        raise ValueError(f"{name}: a personal value is one column; it cannot be joined out of several")
    if column.personal and (field.personal or not field.is_text):
        raise ValueError(f"{name}: personal = … is for fields of text that the feed does not protect already")
    if (column.const is not None or column.if_empty is not None) and (field.personal or column.personal):
        raise ValueError(f"{name}: a personal value cannot stand in a profile")
