"""What a page consists of: datasets that add up, and the figures, charts and tables over them.

Belongs here: the words in which a page is written down, and what they become for the script of the page. A dataset holds sums only, by
month and place and kind; the page's script filters it, adds up, and divides numerator by denominator. So every figure follows the filters
and none is an average of averages.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pipelines.publish.site.brush import Brush
from pipelines.publish.site.words import Text

#: Counts below this, other than none at all, are not shown, nor what is made of them.
SMALL_CELL = 5

#: The filters of a page, by the column that each works on, in the order in which they stand.
FILTERS = ("month", "squad_id", "street_code", "event_class")

Period = Literal["months12", "year", "all"]
#: Which way is better, where one is: only then is a change called better or worse.
Better = Literal["higher", "lower"]


@dataclass(frozen=True)
class Measure:
    """`total` added up, divided by `over` added up where that is given: both are columns of the dataset.

    `metric` explains it (`meta.metrics`) and gives its words, unit and minimum volume unless they are stated here. `base` is the column of
    records that it is about, by which small cells are known: the denominator, else the total itself. `factor` changes its unit, as from seconds to hours.
    """

    name: str
    total: str
    over: str | None = None
    metric: str | None = None
    title: Text | None = None
    unit: str | None = None
    base: str | None = None
    factor: float = 1
    minimum: int | None = None
    better: Better | None = None


@dataclass(frozen=True)
class Dataset:
    """Rows of `sql` over the release's relations: dimensions are the columns that `labels` or the site knows, all others are sums.

    `relation` is what the figures are told of: its comment, the reason why it is empty.
    """

    name: str
    relation: str
    sql: str
    measures: Sequence[Measure]
    #: {dimension: {code: words}} of dimensions that only this page has.
    labels: Mapping[str, Mapping[str, Text]] = field(default_factory=dict)
    #: What such a dimension is called at the head of a table.
    names: Mapping[str, Text] = field(default_factory=dict)


@dataclass(frozen=True)
class Headline:
    """One figure, large, with its change against the same months of the year before and a line of its months."""

    dataset: str
    measure: str
    #: The reader gets from here to more about it.
    leads_to: str | None = None
    note: Text | None = None


@dataclass(frozen=True)
class Chart:
    """Rows by the dimensions of `by` with all `measures`, drawn by Altair. `draw` gets a Brush for one language.

    `compares` leaves out what has fewer than its measure's minimum volume, and says so. `period` overrides the page's filter for trends
    that are always whole.
    """

    name: str
    title: Text
    lead: Text
    dataset: str
    by: Sequence[str]
    measures: Sequence[str]
    draw: Callable[[Brush], Any]
    compares: bool = False
    ignores: Sequence[str] = ()
    wide: bool = False
    #: Named data besides the rows, such as shapes of a map: {name: values}; a name stands for one object on a page.
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """The same rows as a table, the largest of the first measure first (or in the order of the first dimension)."""

    name: str
    title: Text
    dataset: str
    by: Sequence[str]
    measures: Sequence[str]
    lead: Text | None = None
    compares: bool = False
    ignores: Sequence[str] = ()
    in_order: bool = False
    #: The measure whose change against the year before, and whose months, each row shows as well.
    trend: str | None = None


@dataclass(frozen=True)
class Listing:
    """Rows as they are, which no filter changes: `columns` are (key, heading, unit or None for words)."""

    name: str
    title: Text
    columns: Sequence[tuple[str, Text, str | None]]
    rows: Sequence[Mapping[str, Any]]
    lead: Text | None = None
    relation: str | None = None
    #: The column of a row's count, by which small cells are known, and the columns that are then not shown.
    base: str | None = None
    hidden: Sequence[str] = ()


@dataclass(frozen=True)
class Fragment:
    """Anything else: a template of `templates/` with what it needs."""

    template: str
    context: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Section:
    """Part of a page under a heading."""

    title: Text
    parts: Sequence[Headline | Chart | Table | Listing | Fragment]
    lead: Text | None = None


@dataclass(frozen=True)
class Page:
    """One page. `slug` is its file's name, `order` its place among the others; `scripts` are files of `static/` that only it needs."""

    slug: str
    order: int
    title: Text
    lead: Text
    sections: Sequence[Section]
    datasets: Sequence[Dataset] = ()
    short: Text | None = None
    period: Period = "months12"
    scripts: Sequence[str] = ()
    #: What stands before the filters and does not follow them.
    opening: Fragment | None = None

    @property
    def charts(self) -> list[Chart]:
        return [part for section in self.sections for part in section.parts if isinstance(part, Chart)]
