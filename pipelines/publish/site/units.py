"""Units in both languages, and figures as text where a page is written in Python (its script has the same rules, `static/count.js`)."""

from decimal import Decimal
from typing import Any

from pipelines.publish.site.words import Text

#: What has a word of its own in English; pieces and cases have none, their title says what is counted.
_WORDS = {
    "%": ("%", "%"), "m²": ("m²", "m²"), "km²": ("km²", "km²"), "h": ("小时", "h"), "天": ("天", "days"), "元": ("元", "yuan"),
    "人月": ("人月", "person-months"), "次均": ("次均", ""), "秒": ("秒", "s"), "分": ("分", "points"), "1": ("", ""),
    "m²/次": ("m²/次", "m² each"), "处/次": ("处/次", "each"), "件/人": ("件/人", "per officer"), "件/km²": ("件/km²", "per km²"), "件/千人": ("件/千人", "per 1,000 people"),
}  # fmt: skip
_AMOUNTS = ("m²", "元", "h", "天", "秒", "分")
_TWO_DECIMALS = ("m²", "1")


def words(unit: str) -> Text:
    zh, en = _WORDS.get(unit, (unit, " "))
    return Text(zh, en)


def is_amount(unit: str) -> bool:
    """Whether it measures, so that a figure of it can be one record's and still be large."""
    return unit in _AMOUNTS


def number(value: Any, unit: str = "") -> str:
    """1,139 · 266,443.27 · 90.6% (of a share) · – (of None)."""
    if value is None:
        return "–"
    if unit == "%":
        return f"{float(value) * 100:.1f}%"
    if isinstance(value, int) or value == int(value):
        return f"{int(value):,}"
    return f"{Decimal(str(value)):,.{2 if unit in _TWO_DECIMALS else 1}f}"
