"""How figures are said: numbers with their units, and how one year compares with the one before, in grammatical Chinese and English.

Belongs here: words that depend on a number. Sentences that do not stand in `templates/`. Nothing here asks the release.
"""

import datetime as dt
import math
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from pipelines.publish.report.figures import Figure

Lang = Literal["zh", "en"]
WORDS: dict[str, dict[str, list[str]]] = tomllib.loads(
    Path(__file__).with_name("words.toml").read_text(encoding="utf-8")
)
#: Below so many records a percentage of change says less than the difference itself.
_ENOUGH_FOR_PERCENT = 30
_SECONDS = {"秒": 3600}
#: Units of which Chinese counts large numbers by ten thousands.
_TENS_OF_THOUSANDS = ("元", "人")


def pick(lang: Lang, zh: str, en: str) -> str:
    """The word of the language."""
    return zh if lang == "zh" else en


def word(kind: str, code: str, lang: Lang) -> str:
    """What a code is called; the code itself where nothing says it."""
    said = WORDS[kind].get(str(code))
    return said[0 if lang == "zh" else 1] if said else str(code)


def number(value: Any, lang: Lang, *, grouped: bool = False) -> str:
    """A number as it is written in a sentence; `grouped` (and English always) with commas. Whole numbers have no decimals, others two."""
    has_decimals = isinstance(value, float | Decimal) and not _is_whole(value)
    text = f"{value:,.2f}" if has_decimals else f"{int(value):,}"
    return text if grouped or lang == "en" else text.replace(",", "")


def percent(share: float) -> str:
    """A share with two decimals; what is short of the whole is never rounded up to it, nor what there is down to nothing."""
    if share in (0, 1):
        return f"{share * 100:.0f}%"
    value = round(share * 100, 2)
    if value >= 100 > share * 100:
        value = 99.99
    if value <= 0 < share:
        value = 0.01
    return f"{value:.2f}%"


def said(figure: Figure, lang: Lang, *, grouped: bool = False) -> str:
    """The figure with its unit, or why there is none."""
    if figure.value is None:
        return pick(lang, "无数据", "no data")
    if figure.is_few:
        count = number(figure.denominator, lang)
        return pick(lang, f"样本不足（{count}），不作比率", f"too few ({count}) for a rate")
    if figure.unit == "%":
        return percent(float(figure.value))
    value, unit = figure.value, figure.unit
    if unit in _SECONDS:
        value, unit = float(value) / _SECONDS[unit], "h"
    text, name = number(value, lang, grouped=grouped), word("unit", unit, lang)
    if lang == "zh" and unit in _TENS_OF_THOUSANDS and value >= 10_000:
        text, name = f"{number(round(value / 10_000, 2), lang, grouped=grouped)}万{name}", ""
    if lang == "zh" or not name:
        return f"{text}{name}"
    return f"{text} {_singular(name) if text == '1' else name}"


def change(now: Figure, before: Figure, lang: Lang, *, is_comparable: bool = True, is_whole: bool = False) -> str:
    """How the figure compares with the year before, to follow the figure: `比上年同期增长3.20%`, `3.20% more than in the same period …`.

    `is_whole` tells that both are whole years.
    """
    past = (
        pick(lang, "上年", "the year before")
        if is_whole
        else pick(lang, "上年同期", "the same period of the year before")
    )
    if not now.is_known:
        return pick(lang, "不作同比", "not compared with the year before")
    if not is_comparable or not before.is_known:
        return pick(lang, f"{past}记录不全，不作同比", f"not compared, since there are not enough records of {past}")
    if now.unit == "%":
        return _points(float(now.value or 0) - float(before.value or 0), past, lang)
    if before.value in (now.value, 0):
        zh, en = _without_difference(now, before, past)
    else:
        zh, en = _difference(now, before, past, lang)
    return pick(lang, zh, en)


def _without_difference(now: Figure, before: Figure, past: str) -> tuple[str, str]:
    if now.value == before.value == 0:
        return f"{past}也为零", f"as in {past}"
    if now.value == before.value:
        return f"与{past}持平", f"the same as in {past}"
    return f"{past}为零", f"after none in {past}"


def _difference(now: Figure, before: Figure, past: str, lang: Lang) -> tuple[str, str]:
    """As a share of the year before; by itself where either is small, since a percentage of few says little."""
    is_more = float(now.value or 0) > float(before.value or 0)
    difference = _exact(now.value, before.value)
    if now.is_ratio or min(float(before.value or 0), float(now.value or 0)) < _ENOUGH_FOR_PERCENT:
        text = said(_like(now, difference), lang)
        zh = f"比{past}{'增加' if is_more else '减少'}{text}"
    else:
        share = float(difference) / float(before.value or 1)
        if not _is_visible(share):
            return f"与{past}基本持平", f"much the same as in {past}"
        text = percent(share)
        zh = f"比{past}{'增长' if is_more else '下降'}{text}"
    return zh, f"{text} {'more' if is_more else 'less'} than in {past}"


def short_change(now: Figure, before: Figure, lang: Lang, *, is_comparable: bool = True) -> str:
    """The comparison for a cell of a table: `+3.20%`, `−1.10 个百分点`, `–` where there is none."""
    if not is_comparable or not now.is_known or not before.is_known:
        return "–"
    difference = float(now.value or 0) - float(before.value or 0)
    if now.unit == "%":
        points = pick(lang, " 个百分点", " points")
        return f"{_sign(round(difference * 100, 2))}{abs(difference) * 100:.2f}{points}"
    if not before.value or now.is_ratio or float(before.value) < _ENOUGH_FOR_PERCENT:
        return f"{_sign(difference)}{number(abs(_exact(now.value, before.value)), lang, grouped=True)}"
    share = difference / float(before.value)
    return f"{_sign(round(share * 100, 2))}{abs(share) * 100:.2f}%"


def closure(base: Figure, done: Figure, lang: Lang) -> str:
    """Whether all that was due is done. A hundred per cent is said only where nothing is missing."""
    if not base.value:
        return pick(lang, "没有到期应办结的", "none was due")
    missing = int(base.value) - int(done.value or 0)
    if missing <= 0:
        return pick(lang, "已全部办结，办结率100%", "all of them closed, a closure rate of 100%")
    rate = percent(float(done.value or 0) / float(base.value))
    few = number(missing, lang)
    return pick(lang, f"办结率{rate}，尚有{few}件未办结", f"a closure rate of {rate}, with {few} still open")


def day(value: dt.date, lang: Lang) -> str:
    """2017年9月25日, 25 September 2017."""
    return pick(lang, f"{value.year}年{value.month}月{value.day}日", f"{value.day} {value:%B} {value.year}")


def _points(difference: float, past: str, lang: Lang) -> str:
    if not _is_visible(abs(difference)):
        return pick(lang, f"与{past}持平", f"as in {past}")
    text = f"{abs(difference) * 100:.2f}"
    return pick(
        lang, f"比{past}{'提高' if difference > 0 else '降低'}{text}个百分点",
        f"{text} percentage points {'higher' if difference > 0 else 'lower'} than in {past}",
    )  # fmt: skip


def _is_visible(share: float) -> bool:
    return round(share * 100, 2) > 0


def _exact(now: Any, before: Any) -> Any:
    """The size of the difference; of decimals it stays exact."""
    if isinstance(now, float) or isinstance(before, float):
        return abs(float(now) - float(before))
    return abs(now - before)


def _like(figure: Figure, value: Any) -> Figure:
    return Figure(figure.name, figure.unit, value, figure.span, is_ratio=figure.is_ratio)


def _sign(value: float) -> str:
    return "+" if value > 0 else "−" if value < 0 else "±"


def _is_whole(value: float | Decimal) -> bool:
    return math.isfinite(value) and value == int(value)


def _singular(name: str) -> str:
    return {"cases": "case", "pieces": "piece", "entries": "entry", "hours": "hour"}.get(name, name.removesuffix("s"))
