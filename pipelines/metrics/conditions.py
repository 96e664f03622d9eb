"""What a person asks of a metric: `--by month,squad_id --where squad_id=ZD01 --where month>=2017-01`.

Belongs here: reading such words into groups and conditions, with plain errors. Values never become SQL by themselves: they are bound, or
quoted where MetricFlow takes text only.
"""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.errors import InputError
from pipelines.metrics.dictionary import Metric

GRAINS = ("day", "week", "month", "quarter", "year")
_CONDITION = re.compile(r"^\s*([A-Za-z_]\w*)\s*(>=|<=|!=|=|<|>)\s*(.*?)\s*$")


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
    for words in asked:
        match = _CONDITION.match(words)
        if not match:
            raise InputError(
                "看不懂这个条件", "this condition cannot be read", key="--where", value=words,
                remedy_zh="写成 列名=值，如 squad_id=ZD01、month>=2017-01", remedy_en="write NAME=VALUE, like squad_id=ZD01 or month>=2017-01",
            )  # fmt: skip
        key, operator, value = match.groups()
        _require_known(metric, key, "--where")
        found.append(Condition(key, operator, _first_day(value, words) if key in GRAINS else value))
    return found


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
