"""What a release offers a BI tool: its tables with the words of their columns, names beside codes, and the metrics of the dictionary.

Belongs here: which tables, and how a metric is said over each. How a certain tool wants it told stands in the tool's own module.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.metrics.dictionary import FILE_NAME, Dictionary, Metric, Part
from pipelines.publish import package

#: Codes that have a name, and where it stands: {column: (relation, key, Chinese name)}.
NAMES = {
    "squad_id": ("core.dim_squad", "squad_id", "name_zh"),
    "street_code": ("core.dim_street", "street_code", "name_zh"),
    "event_class": ("core.dim_event_class", "event_class", "name_zh"),
    "channel": ("core.dim_channel", "channel", "name_zh"),
    "unit_code": ("core.dim_department", "unit_code", "name_zh"),
    "power_domain": ("core.dim_power_domain", "power_domain", "name_zh"),
    "feed": ("meta.feeds", "feed", "title_zh"),
}
_TIMES = ("DATE", "TIMESTAMP")
_FIGURES = ("BIGINT", "HUGEINT", "INTEGER", "DOUBLE", "DECIMAL")
#: A column's comment begins with its name; what follows one of these explains it.
_EXPLAINS = "：；（，。(,;"
_LONGEST_LABEL = 16


@dataclass(frozen=True)
class Column:
    """One column. `said` is its comment, Chinese line before English; `is_figure`: nobody groups by it."""

    name: str
    kind: str
    label: str
    said: str
    is_figure: bool

    @property
    def is_time(self) -> bool:
        return self.kind.startswith(_TIMES)


@dataclass(frozen=True)
class Calculation:
    """A metric of the dictionary as one aggregate over the rows of a dataset."""

    metric: Metric
    expression: str


@dataclass(frozen=True)
class Dataset:
    """One table of a release. `query` adds names beside codes where it has codes; `time` is the column that periods go by."""

    schema: str
    name: str
    said: str
    columns: Sequence[Column]
    calculations: Sequence[Calculation]
    time: str | None
    query: str | None

    @property
    def label(self) -> str:
        return f"{self.schema}.{self.name}"

    def calculation(self, name: str) -> Calculation:
        return next(one for one in self.calculations if one.metric.name == name)


def connect(release: Path) -> duckdb.DuckDBPyConnection:
    """The served file of a release, read-only."""
    return duckdb.connect(str(release / package.FILE_NAME), read_only=True)


def read_datasets(release: Path) -> list[Dataset]:
    """All marts, the facts that metrics count, and `meta`, by schema and name; from the release's folder alone."""
    dictionary = Dictionary.of_file(release / FILE_NAME)
    anchors = _anchors(dictionary)
    with connect(release) as con:
        figures = set(con.execute("SELECT mart, column_name FROM meta.mart_columns").fetchall())
        described: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
        for schema, table, *column in con.execute(
            """SELECT schema_name, table_name, column_name, data_type, coalesce(comment, '') FROM duckdb_columns()
               WHERE NOT internal ORDER BY schema_name, table_name, column_index"""
        ).fetchall():
            described.setdefault((schema, table), []).append((column[0], column[1], column[2]))
        comments = con.execute("SELECT schema_name, table_name, coalesce(comment, '') FROM duckdb_tables()").fetchall()
        named = {column: name for column, name in NAMES.items() if _is_key(con, name, described)}
    found = []
    for schema, table, said in sorted(comments):
        label = f"{schema}.{table}"
        if schema == "core" and label not in anchors:
            continue
        told = described[(schema, table)]
        columns = [
            Column(name, kind, _label(name, comment), comment, _is_figure(label, name, kind, figures))
            for name, kind, comment in told
            if not name.startswith("_")
        ]
        codes = [column.name for column in columns if column.name in named and schema != "meta"]
        names = [_named(column) for column in columns if column.name in codes]
        calculations = list(_calculations(label, dictionary, anchors.get(label)))
        found.append(
            Dataset(
                schema, table, said, _distinct([*columns, *names]), calculations,
                _time(columns, anchors.get(label)), _query(label, codes, named) if codes else None,
            )
        )  # fmt: skip
    return found


def name_of(code: str) -> str:
    """The column that holds the name of a code: `squad_id` gives `squad_name_zh`."""
    return f"{code.removesuffix('_id').removesuffix('_code')}_name_zh"


def ratio(numerator: str, denominator: str) -> str:
    """A rate as every grouping can calculate it anew; a zero denominator gives NULL."""
    return f"{numerator} / nullif({denominator}, 0)"


def _anchors(dictionary: Dictionary) -> dict[str, str]:
    """The date that most metrics of a fact go by; a metric that goes by another is found over its mart only."""
    counted: dict[str, Counter[str]] = {}
    for metric in dictionary.metrics.values():
        for part in metric.parts:
            counted.setdefault(part.relation, Counter())[part.anchor] += 1
    return {relation: dates.most_common(1)[0][0] for relation, dates in counted.items()}


def _calculations(label: str, dictionary: Dictionary, anchor: str | None) -> Iterator[Calculation]:
    """The metrics that can be calculated over the table, numerator and denominator alike."""
    for metric in dictionary.metrics.values():
        sums = [_sum(label, part, dictionary.metrics[part.name], anchor) for part in metric.parts]
        if all(sums):
            yield Calculation(metric, sums[0] if len(sums) == 1 else ratio(*sums))


def _sum(label: str, part: Part, metric: Metric, anchor: str | None) -> str:
    """The part as a sum over the table; empty where the table does not hold it."""
    if part.relation == label:
        return f"sum({part.expression})" if part.anchor == anchor else ""
    if metric.about.get("mart") != label:
        return ""
    where = metric.about.get("mart_where")
    return str(metric.about["mart_expr"]) + (f" filter (where {where})" if where else "")


def _query(label: str, codes: Sequence[str], named: Mapping[str, tuple[str, str, str]]) -> str:
    """The table with the name of each code; a code without a name stands for itself."""
    names = [f'coalesce("of_{code}".{named[code][2]}, it.{code}) as {name_of(code)}' for code in codes]
    joins = [f'left join {named[code][0]} as "of_{code}" on "of_{code}".{named[code][1]} = it.{code}' for code in codes]
    return "\n".join([f"select it.*, {', '.join(names)}", f"from {label} as it", *joins])


def _is_key(
    con: duckdb.DuckDBPyConnection, name: tuple[str, str, str], described: Mapping[tuple[str, str], object]
) -> bool:
    """Whether joining it can double nothing."""
    relation, key, _ = name
    schema, _, table = relation.partition(".")
    if (schema, table) not in described:
        return False
    [(is_key,)] = con.execute(f"SELECT count(*) = count(DISTINCT {key}) FROM {relation}").fetchall()
    return bool(is_key)


def _time(columns: Sequence[Column], anchor: str | None) -> str | None:
    """What the table is dated by: what its metrics go by, a mart's month, or its first date."""
    times = [column.name for column in columns if column.is_time]
    return next((name for name in (anchor, "month", *times) if name in times), None)


def _is_figure(label: str, name: str, kind: str, figures: set[tuple[str, str]]) -> bool:
    return (label, name) in figures if label.startswith("marts.") else kind.startswith(_FIGURES)


def _named(code: Column) -> Column:
    said = "\n".join(
        f"{line}{rest}" for line, rest in zip(code.said.split("\n"), ("：名称", ": its name"), strict=False)
    )
    return Column(name_of(code.name), "VARCHAR", code.label.removesuffix("代码"), said, False)


def _label(name: str, said: str) -> str:
    """What the comment calls the column, else its name."""
    first = said.split("\n", maxsplit=1)[0]
    end = min((at for sign in _EXPLAINS if (at := first.find(sign)) > 0), default=len(first))
    label = first[:end].strip()
    return label if label and len(label) <= _LONGEST_LABEL else name


def _distinct(columns: Sequence[Column]) -> list[Column]:
    """Two columns of one label would be one on a chart: the later one, and a code beside its name, say what they are."""
    seen: set[str] = set()
    told = []
    for column in reversed(columns):
        label = column.label if column.label not in seen else f"{column.label}（{column.name}）"
        seen.add(label)
        told.append(Column(column.name, column.kind, label, column.said, column.is_figure))
    return told[::-1]
