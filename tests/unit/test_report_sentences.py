"""The sentences of the annual report: whatever the numbers are, what is said of them is true and grammatical in both languages."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.publish.report.figures import Figure
from pipelines.publish.report.sentences import Lang, change, closure, percent, said, short_change
from pipelines.publish.report.year import Span

SPAN = Span(dt.date(2017, 1, 1), dt.date(2017, 9, 25))
LANGS: tuple[Lang, ...] = ("zh", "en")
COUNTS = st.one_of(st.integers(0, 60), st.integers(0, 10_000_000))
LANG = st.sampled_from(LANGS)
UNITS = st.sampled_from(["件", "起", "块", "次", "m²", "元", "h", "天"])
MORE = {"zh": ("增加", "增长"), "en": ("more than",)}
LESS = {"zh": ("减少", "下降"), "en": ("less than",)}


def count(value: Decimal | float | None, unit: str = "件") -> Figure:
    return Figure("x", unit, value, SPAN)


def rate(value: float | None, base: int = 100, *, is_few: bool = False) -> Figure:
    return Figure("r", "%", value, SPAN, denominator=base, is_few=is_few, is_ratio=True)


@given(COUNTS, COUNTS, UNITS, LANG, st.booleans())
def test_a_change_says_the_direction_in_which_the_figure_went(
    now: int, before: int, unit: str, lang: Lang, is_whole: bool
) -> None:
    text = change(count(now, unit), count(before, unit), lang, is_whole=is_whole)
    says_more, says_less = (any(word in text for word in words[lang]) for words in (MORE, LESS))
    assert not (says_more and says_less)
    if says_more:
        assert now > before > 0
    elif says_less:
        assert now < before
    elif before and now != before:
        assert abs(now - before) / before < 0.0001
    assert ("同期" in text or "same period" in text) != is_whole


@given(COUNTS, st.integers(1, 10_000_000), LANG)
def test_a_percentage_of_change_is_right_and_never_of_few(now: int, before: int, lang: Lang) -> None:
    found = re.search(r"([\d.]+)%", change(count(now), count(before), lang))
    if found:
        assert min(now, before) >= 30
        assert float(found[1]) == pytest.approx(abs(now - before) / before * 100, abs=0.011)


@given(COUNTS, COUNTS, UNITS, LANG)
def test_sentences_have_no_gaps_no_minus_and_no_singular_many(now: int, before: int, unit: str, lang: Lang) -> None:
    text = f"{said(count(now, unit), lang)} {change(count(now, unit), count(before, unit), lang)}"
    assert "  " not in text and "None" not in text and "-" not in text
    assert not re.search(r"\b1 (cases|pieces|days|hours)\b", text)
    assert not re.search(r"(?<![\d.,])(?!1 )[\d,.]+ (case|piece|day|hour)\b", text)
    assert bool(re.search(r"[一-鿿]", text)) == (lang == "zh")


@given(st.floats(0, 1), st.floats(0, 1), LANG)
def test_rates_change_by_points(now: float, before: float, lang: Lang) -> None:
    text = change(rate(now), rate(before), lang)
    found = re.search(r"([\d.]+)(个百分点| percentage points)", text)
    if found:
        assert float(found[1]) == pytest.approx(abs(now - before) * 100, abs=0.006)
        assert any(word in text for word in ("提高", "higher")) == (now > before)
    else:
        assert abs(now - before) < 0.0001
        assert text in ("与上年同期持平", "as in the same period of the year before")


@pytest.mark.parametrize("lang", LANGS)
def test_what_cannot_be_compared_is_not(lang: Lang) -> None:
    nothing, few, good = count(None), rate(0.5, 3, is_few=True), rate(0.9)
    for now, before, comparable in (
        (nothing, nothing, True),
        (few, good, True),
        (good, few, True),
        (good, good, False),
    ):
        text = change(now, before, lang, is_comparable=comparable)
        assert "不作同比" in text or "not compared" in text
        assert short_change(now, before, lang, is_comparable=comparable) == "–"


@pytest.mark.parametrize("lang", LANGS)
def test_none_and_zero_are_said(lang: Lang) -> None:
    assert change(count(0), count(0), lang) in ("上年同期也为零", "as in the same period of the year before")
    assert change(count(7), count(0), lang) in ("上年同期为零", "after none in the same period of the year before")
    assert change(count(7), count(7), lang) in ("与上年同期持平", "the same as in the same period of the year before")
    assert said(count(None), lang) in ("无数据", "no data")
    assert said(rate(0.5, 3, is_few=True), lang) in ("样本不足（3），不作比率", "too few (3) for a rate")


@given(st.integers(0, 2_000_000), st.integers(0, 2_000_000), LANG)
def test_a_hundred_per_cent_is_said_only_where_nothing_is_missing(due: int, closed: int, lang: Lang) -> None:
    closed = min(due, closed)
    text = closure(count(due), count(closed), lang)
    assert ("100%" in text) == (0 < due == closed)
    if 0 < closed < due:
        assert str(due - closed) in text.replace(",", "")
        assert "100.00%" not in text


@given(st.floats(0, 1))
def test_a_share_is_never_rounded_to_the_whole_or_to_nothing(share: float) -> None:
    text = percent(share)
    assert (text == "100%") == (share == 1) and (text == "0%") == (share == 0)
    assert "100.00" not in text and text != "0.00%"
    assert abs(float(text.removesuffix("%")) - share * 100) < 0.011


def test_money_and_people_are_said_by_ten_thousands_in_chinese() -> None:
    assert said(count(Decimal("24984600.00"), "元"), "zh") == "2498.46万元"
    assert said(count(Decimal("24984600.00"), "元"), "en") == "24,984,600 yuan"
    assert said(count(600_000, "人"), "zh") == "60万人"
    assert said(count(Decimal("266443.27"), "m²"), "zh") == "266443.27平方米"
    assert said(count(14_188, "块"), "zh") == "14188块"


def test_cells_have_signs() -> None:
    assert short_change(count(110), count(100), "zh") == "+10.00%"
    assert short_change(count(3), count(7), "en") == "−4"
    assert short_change(rate(0.9), rate(0.95), "zh") == "−5.00 个百分点"
    assert short_change(count(7), count(7), "en") == "±0"
