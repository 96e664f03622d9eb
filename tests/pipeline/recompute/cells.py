"""A cell's text as a value: a day, a moment, a number, a yes or no. What cannot be read is `Unreadable`."""

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

DAYS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d")
MOMENTS = (
    "%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M:%S.%f", "%Y年%m月%d日 %H:%M:%S", "%Y年%m月%d日 %H:%M",
)  # fmt: skip
EMPTY = {"", "NULL", "null", "None", "\\N"}
YES, NO = {"1", "true", "是", "y", "yes", "t", "1.0"}, {"0", "false", "否", "n", "no", "f", "0.0"}


class Unreadable(Exception):
    """The cell holds no such value."""


def said(cell: str | None) -> str | None:
    """What the cell says, None where it says nothing."""
    text = (cell or "").strip()
    return None if text in EMPTY else text


def _parsed(text: str, forms: tuple[str, ...]) -> dt.datetime | None:
    for form in forms:
        try:
            return dt.datetime.strptime(text, form)
        except ValueError:
            continue
    return None


def _day_number(text: str) -> dt.datetime | None:
    """Workbooks count days; day 1 is 1900-01-01 and a 29th of February 1900 is counted that never was."""
    try:
        number = float(text)
    except ValueError:
        return None
    if not 20_000 <= number <= 80_000:
        return None
    return dt.datetime(1899, 12, 30) + dt.timedelta(seconds=round(number * 86_400))


def moment(text: str) -> dt.datetime:
    """A day and a time of day; a day alone is not enough."""
    read = _parsed(text, MOMENTS)
    if read is None and (numbered := _day_number(text)) and float(text) % 1:
        read = numbered
    if read is None:
        raise Unreadable(text)
    return read


def day(text: str) -> dt.date:
    """A day; a time of day beside it is dropped."""
    read = _parsed(text, MOMENTS) or _parsed(text, DAYS) or _day_number(text)
    if read is None:
        raise Unreadable(text)
    return read.date()


def number(text: str, scale: float | None = None) -> Decimal:
    """A number as it is written, thousands' commas aside, times the profile's scale."""
    plain = "".join(text.replace(",", "").replace("，", "").split())
    try:
        read = Decimal(plain)
    except InvalidOperation:
        raise Unreadable(text) from None
    if not read.is_finite():
        raise Unreadable(text)
    return read * Decimal(str(scale or 1))


def amount(text: str, scale: float | None = None) -> Decimal:
    """To the second decimal."""
    return number(text, scale).quantize(Decimal("0.01"), ROUND_HALF_UP)


def count(text: str) -> int:
    read = number(text)
    if read % 1:
        raise Unreadable(text)
    return int(read)


def flag(text: str) -> bool:
    lower = text.lower()
    if lower not in YES | NO:
        raise Unreadable(text)
    return lower in YES
