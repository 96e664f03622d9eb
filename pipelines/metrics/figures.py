"""The figures of a city's report, held against ours: `report/` of the profile, and the rows of `meta.report_figures`.

Belongs here: what an entry may say, running its query over a release's relations, and whether the value holds. An entry names what the
report expects; the value always comes from the records.
"""

import datetime as dt
import tomllib
from collections.abc import Callable, Iterator
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Literal

import duckdb
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from pipelines.errors import ProfileError

Qualifier = Literal["exact", "at_least", "almost", "up_to", "rounded", "derived", "none"]

#: 近: not more than the figure, and not less than this share of it; 高达 is held to be nearer.
ALMOST, UP_TO = Decimal("0.94"), Decimal("0.95")


class Figure(BaseModel):
    """One entry. It has a relation and a query that gives one value, or says in a sentence why it cannot have one."""

    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)

    id: str
    phrase: str
    question_en: str
    question_zh: str
    expected: str | None = None
    qualifier: Qualifier = "none"
    unit_en: str | None = None
    unit_zh: str | None = None
    period_from: dt.date | None = None
    period_to: dt.date | None = None
    relation: str | None = None
    query: str | None = None
    metric: str | None = None
    note_en: str | None = None
    note_zh: str | None = None
    why_not_en: str | None = None
    why_not_zh: str | None = None

    @model_validator(mode="after")
    def _is_answered_or_says_why_not(self) -> "Figure":
        answered = bool(self.relation and self.query)
        if answered == bool(self.why_not_en and self.why_not_zh):
            raise ValueError(f"{self.id}: needs relation and query, or why_not_en and why_not_zh")
        if (self.expected is None) != (self.qualifier == "none"):
            raise ValueError(f"{self.id}: expected and qualifier go together")
        return self


def load_figures(folder: Path) -> list[tuple[str, Figure]]:
    """(section, entry) of every `<section>.toml` and `<section>/<part>.toml`, in the order of the report; none where the city has no report.

    Raises ProfileError naming the file and the entry that is wrong.
    """
    found: list[tuple[str, Figure]] = []
    for path in sorted(folder.rglob("*.toml")):
        try:
            entries = tomllib.loads(path.read_text(encoding="utf-8")).get("figure", [])
            section = path.relative_to(folder).parts[0].removesuffix(".toml")
            found += [(section, Figure.model_validate(entry)) for entry in entries]
        except (tomllib.TOMLDecodeError, ValidationError) as problem:
            raise ProfileError(
                "报告数字的配置有误", f"an entry of the report's figures is wrong: {problem}", file=path,
                remedy_zh="按提示改正该条", remedy_en="mend this entry",
            ) from problem  # fmt: skip
    twice = {entry.id for _, entry in found if [e.id for _, e in found].count(entry.id) > 1}
    if twice:
        raise ProfileError(
            "报告数字重复", f"figures are there twice: {', '.join(sorted(twice))}", file=folder,
            remedy_zh="每条只保留一处", remedy_en="keep one of each",
        )  # fmt: skip
    return sorted(found, key=lambda one: one[1].id)


def answer(connection: duckdb.DuckDBPyConnection, figures: list[tuple[str, Figure]]) -> Iterator[dict[str, Any]]:
    """The rows of `meta.report_figures`: each entry with our value and whether it holds.

    A query that fails leaves its value empty and says what is wrong: one figure must not keep a night from its release.
    """
    for section, entry in figures:
        value, rows, problem = _ask(connection, entry)
        yield {
            "row_id": entry.id, "section": section, "phrase": entry.phrase, "question_zh": entry.question_zh,
            "question_en": entry.question_en, "expected": entry.expected, "qualifier": entry.qualifier,
            "unit_zh": entry.unit_zh, "unit_en": entry.unit_en, "period_from": entry.period_from, "period_to": entry.period_to,
            "value": value, "holds": None if entry.why_not_en else _holds(entry, value, rows) and not problem,
            "relation": entry.relation, "relation_rows": rows, "query": entry.query, "metric": entry.metric,
            "note_zh": entry.note_zh, "note_en": entry.note_en, "why_not_zh": entry.why_not_zh,
            "why_not_en": entry.why_not_en, "problem": problem,
        }  # fmt: skip


def _ask(connection: duckdb.DuckDBPyConnection, entry: Figure) -> tuple[str | None, int | None, str | None]:
    if entry.query is None or entry.relation is None:
        return None, None, None
    try:
        answered = connection.execute(entry.query).fetchall()
        [(rows,)] = connection.execute(f"select count(*) from {entry.relation}").fetchall()
    except duckdb.Error as problem:
        return None, None, str(problem).splitlines()[0]
    if len(answered) != 1 or len(answered[0]) != 1:
        return None, rows, "the query does not give one value"
    (value,) = answered[0]
    return (None if value is None else _plain(value)), rows, None


def _plain(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.10g}"
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def _holds(entry: Figure, value: str | None, rows: int | None) -> bool:
    if value is None or not rows:
        return False
    if entry.expected is None:
        return value not in ("0", "False", "false")
    try:
        ours, theirs = Decimal(value), Decimal(entry.expected)
    except InvalidOperation:
        return value == entry.expected
    return _TESTS[entry.qualifier](ours, theirs)


def _same_when_rounded(ours: Decimal, theirs: Decimal) -> bool:
    return ours.quantize(theirs, ROUND_HALF_UP) == theirs


_TESTS: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "exact": lambda ours, theirs: ours == theirs,
    "at_least": lambda ours, theirs: ours >= theirs,
    "almost": lambda ours, theirs: ALMOST * theirs <= ours <= theirs,
    "up_to": lambda ours, theirs: UP_TO * theirs <= ours <= theirs,
    "rounded": _same_when_rounded,
    "derived": _same_when_rounded,
}
