"""What a person asks of a metric: `--by month,squad_id --where squad_id=ZD01 --where month>=2017-01`, or of a relation's rows.

Belongs here: reading such words into groups and conditions, with plain errors. Values never become SQL by themselves: they are bound, or
quoted where MetricFlow takes text only.
"""

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from pipelines.errors import InputError
from pipelines.metrics.dictionary import Metric

GRAINS = ("day", "week", "month", "quarter", "year")
_CONDITION = re.compile(r"^\s*([A-Za-z_]\w*)\s*(>=|<=|!=|=|<|>)\s*(.*?)\s*$")
#: A comma ends a condition only where another one follows: values have commas, too.
_NEXT = re.compile(r",(?=\s*[A-Za-z_]\w*\s*(?:>=|<=|!=|=|<|>))")
_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UBIGINT", "DOUBLE", "FLOAT", "DECIMAL")


@dataclass(frozen=True)
class Condition:
    """One condition. `value` is a date for a time grain and text for a dimension; `key` one of GRAINS or a dimension."""

    key: str
    operator: str
    value: str | dt.date

    @property
    def literal(self) -> str:
        """The value as a quoted SQL literal."""
        if isinstance(self.value, dt.date):
            return f"date '{self.value}'"
        return "'" + self.value.replace("'", "''") + "'"


def parse_groups(metric: Metric, asked: Sequence[str]) -> list[str]:
    """The groups, each a time grain or a dimension of the metric; commas separate as repeated options do.

    Raises InputError naming the allowed ones.
    """
    groups = [name.strip() for one in asked for name in one.split(",") if name.strip()]
    for name in groups:
        _require_known(metric, name, "--by")
    return list(dict.fromkeys(groups))


def parse_conditions(metric: Metric, asked: Sequence[str]) -> list[Condition]:
    """The conditions; all of them must hold.

    Raises InputError naming the words that cannot be read.
    """
    found = []
    for key, operator, value, words in _read(asked):
        _require_known(metric, key, "--where")
        found.append(Condition(key, operator, _first_day(value, words) if key in GRAINS else value))
    return found


def parse_of_columns(relation: str, columns: Mapping[str, str], asked: Sequence[str]) -> list[Condition]:
    """Conditions on a relation's own columns, given as {name: DuckDB type}; a moment is asked by its day.

    Raises InputError naming the columns, or the value that does not fit.
    """
    found = []
    for key, operator, value, words in _read(asked):
        if key not in columns:
            raise InputError(
                f"{relation} 没有列“{key}”", f"{relation} has no column '{key}'", key="--where", value=words,
                remedy_zh=f"可用：{'、'.join(columns)}", remedy_en=f"it has: {', '.join(columns)}",
            )  # fmt: skip
        kind = columns[key].upper()
        if kind.startswith(("DATE", "TIMESTAMP")):
            found.append(Condition(key, operator, _first_day(value, words)))
            continue
        if (kind.startswith(_NUMBERS) and not _is_number(value)) or (
            kind == "BOOLEAN" and value.lower() not in ("true", "false")
        ):
            raise InputError(
                f"列 {key} 的值应为 {kind}", f"the column {key} holds a {kind}", key="--where", value=words,
                remedy_zh="写一个数，或 true、false", remedy_en="write a number, or true or false",
            )  # fmt: skip
        found.append(Condition(key, operator, value))
    return found


def _read(asked: Sequence[str]) -> Iterator[tuple[str, str, str, str]]:
    """(key, operator, value, the words themselves) of each condition."""
    for words in (part for one in asked for part in _NEXT.split(one)):
        match = _CONDITION.match(words)
        if not match:
            raise InputError(
                "看不懂这个条件", "this condition cannot be read", key="--where", value=words,
                remedy_zh="写成 列名=值，如 squad_id=ZD01、month>=2017-01", remedy_en="write NAME=VALUE, like squad_id=ZD01 or month>=2017-01",
            )  # fmt: skip
        key, operator, value = match.groups()
        yield key, operator, value, words


def _is_number(value: str) -> bool:
    try:
        return Decimal(value).is_finite()
    except InvalidOperation:
        return False


def _require_known(metric: Metric, name: str, option: str) -> None:
    allowed = [*GRAINS, *metric.dimensions]
    if name not in allowed:
        raise InputError(
            f"指标 {metric.name} 不能按“{name}”分组或筛选", f"{metric.name} has no dimension '{name}'", key=option, value=name,
            remedy_zh=f"可用：{'、'.join(allowed)}", remedy_en=f"it has: {', '.join(allowed)}",
        )  # fmt: skip


def _first_day(value: str, words: str) -> dt.date:
    """2017, 2017-08, 2017Q3, 2017-W35 or 2017-08-15: the period's first day."""
    try:
        if match := re.fullmatch(r"(\d{4})", value):
            return dt.date(int(match[1]), 1, 1)
        if match := re.fullmatch(r"(\d{4})-(\d{1,2})", value):
            return dt.date(int(match[1]), int(match[2]), 1)
        if match := re.fullmatch(r"(\d{4})-?[Qq]([1-4])", value):
            return dt.date(int(match[1]), 3 * int(match[2]) - 2, 1)
        if match := re.fullmatch(r"(\d{4})-?[Ww](\d{1,2})", value):
            return dt.date.fromisocalendar(int(match[1]), int(match[2]), 1)
        return dt.date.fromisoformat(value)
    except ValueError as cause:
        raise InputError(
            "这不是日期或期间", "this is neither a date nor a period", key="--where", value=words,
            remedy_zh="写成 2017、2017Q3、2017-08、2017-W35 或 2017-08-15", remedy_en="write 2017, 2017Q3, 2017-08, 2017-W35 or 2017-08-15",
        ) from cause  # fmt: skip
