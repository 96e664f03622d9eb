"""What a column's values look like: dates and in which formats, numbers, yes and no, few values, keys, persons.

Belongs here: everything that is read off the values alone, of a sample. What a header says stands in `words`, what both together mean for a
field in `matching`.
"""

import re
from dataclasses import dataclass, field
from functools import cached_property

import polars as pl

from pipelines.landing.canonical import FALSE, NOTHING, TRUE
from pipelines.landing.times import DATE_FORMATS, TIME_FORMATS

#: Formats that the reader does not try by itself, in the order of preference. Where the day may stand first or second, both are here.
MONTH_FIRST = ("%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %I:%M %p", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%Y",
               "%m-%d-%Y %H:%M:%S", "%m-%d-%Y %H:%M", "%m-%d-%Y")  # fmt: skip
DAY_FIRST = tuple(form.replace("%m", "%?").replace("%d", "%m").replace("%?", "%d") for form in MONTH_FIRST)
OTHERS = ("%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y", "%Y-%m-%d %I:%M:%S %p", "%Y/%m/%d %I:%M:%S %p",
          "%Y年%m月%d日%H时%M分%S秒", "%Y年%m月%d日 %H时%M分%S秒", "%Y年%m月%d日%H时%M分", "%Y年%m月%d日 %H时%M分",
          "%Y年%m月%d日%H:%M:%S", "%Y年%m月%d日%H:%M", "%Y.%m.%d %H:%M:%S", "%Y.%m.%d %H:%M", "%Y%m%d%H%M%S",
          "%Y-%m-%dT%H:%M", "%b %d, %Y %I:%M:%S %p", "%b %d, %Y", "%d %b %Y", "%d-%b-%Y", "%d-%b-%y",
          "%b %d %Y %I:%M%p", "%m/%d/%y %H:%M", "%m/%d/%y")  # fmt: skip
_PHONE = r"^\D{0,3}(?:\+?86[\s-]?)?(?:1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}|0\d{2,3}[\s-]?\d{7,8}|\(?\d{3}\)?[\s.-]\d{3}[\s.-]\d{4}|1\d{2}\*{4}\d{4})$"
_ID = r"^[1-9]\d{5}[\d*]{8,11}[\dXx*]$|^[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}$"
_EMAIL = r"^[^@\s]+@[^@\s]+\.\w+$"
#: The hundred most frequent family names cover 85 of 100 people; compound ones beside them.
_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
_CHINESE_NAME = (
    rf"^(?:[{_SURNAMES}]|欧阳|司马|上官|阿|买|古|努|艾|热|吐|玉|依)[\u4e00-\u9fa5·*某]{{1,3}}(?:先生|女士|同志)?$"
)
_WESTERN_NAME = r"^[A-Z][a-z'’-]+,? (?:[A-Z]\.? )?[A-Z][a-z'’-]+$"
_CLOCK = r"^\d{1,2}:\d{2}(?::\d{2})?(?:\s*[APap][Mm])?$"
#: As few values as a person would call a list of codes.
FEW = 40


@dataclass(frozen=True)
class Dates:
    """`share` of the filled cells that are dates; `formats` that the profile must name for it; `with_time` share of them with a time of day.

    `doubtful` where day and month cannot be told apart in the sample.
    """

    share: float
    formats: list[str] = field(default_factory=list)
    with_time: float = 0.0
    doubtful: bool = False


@dataclass(frozen=True)
class Look:
    """One column of a sample: its cells without the empty ones."""

    header: str
    cells: pl.Series
    rows: int
    country: str = "CN"

    @property
    def filled(self) -> int:
        return self.cells.len()

    @cached_property
    def counts(self) -> dict[str, int]:
        """{value: rows}, the most frequent first."""
        counted = self.cells.value_counts(sort=True)
        return dict(counted.iter_rows())

    @property
    def is_few(self) -> bool:
        return 0 < len(self.counts) <= FEW and (len(self.counts) <= max(2, self.filled // 3) or self.filled <= 10)

    @property
    def distinct_share(self) -> float:
        return len(self.counts) / self.filled if self.filled else 0.0

    @cached_property
    def mean_length(self) -> float:
        return float(self.cells.str.len_chars().mean() or 0)  # type: ignore[arg-type]

    @cached_property
    def numbers(self) -> pl.Series:
        """The cells that are numbers."""
        plain = self.cells.str.replace_all("[,，\\s]", "").str.replace(r"(?:元|万元|平方米|㎡|m2|亩)$", "")
        return plain.cast(pl.Float64, strict=False).drop_nulls().drop_nans()

    @property
    def number_share(self) -> float:
        return self.numbers.len() / self.filled if self.filled else 0.0

    @property
    def flag_share(self) -> float:
        return self._share(self.cells.str.to_lowercase().is_in([*TRUE, *FALSE]))

    @property
    def clock_share(self) -> float:
        return self._share(self.cells.str.contains(_CLOCK))

    @cached_property
    def dates(self) -> Dates:
        return _dates(self.cells, self.country)

    @property
    def phone_share(self) -> float:
        return self._share(self.cells.str.contains(_PHONE))

    @cached_property
    def personal(self) -> str | None:
        """What kind of personal value most cells look like."""
        if not self.filled:
            return None
        if self.phone_share >= 0.3 or self._share(self.cells.str.contains(_EMAIL)) >= 0.3:
            return "phone"
        if self._share(self.cells.str.contains(_ID)) >= 0.3:
            return "id_number"
        distinct = pl.Series(list(self.counts), dtype=pl.String)
        names = distinct.str.contains(_CHINESE_NAME) | distinct.str.contains(_WESTERN_NAME)
        return "name" if float(names.mean() or 0) >= 0.5 else None  # type: ignore[arg-type]

    def _share(self, hits: pl.Series) -> float:
        return float(hits.fill_null(False).mean() or 0) if self.filled else 0.0  # type: ignore[arg-type]


def look_at(header: str, cells: pl.Series, country: str = "CN") -> Look:
    """The look of one column as the reader gave it."""
    clean = cells.cast(pl.String).str.strip_chars()
    filled = clean.set(clean.is_in(NOTHING), None).drop_nulls()
    return Look(header, filled, cells.len(), country)


def number_of_a_person(text: str) -> bool:
    """Whether a text is a telephone or ID number or a mail address."""
    return any(re.match(pattern, text) for pattern in (_PHONE, _ID, _EMAIL))


def _dates(cells: pl.Series, country: str) -> Dates:
    """Which formats read the cells: those that are tried anyway, then as few others as needed."""
    if not cells.len():
        return Dates(0.0)
    usual = _readable(cells, TIME_FORMATS)
    timed = int(usual.sum())
    usual |= _readable(cells, DATE_FORMATS)
    left, named, doubtful = cells.filter(~usual), list[str](), False
    orders = (MONTH_FIRST, DAY_FIRST) if country in {"US", "PH"} else (DAY_FIRST, MONTH_FIRST)
    reads = [int(_readable(left, forms).sum()) for forms in orders]
    if max(reads):
        # Where both orders read every cell, the country's habit is the better guess, and no more than one.
        doubtful = reads[0] == reads[1]
        orders = orders if reads[0] >= reads[1] else orders[::-1]
    for form in (*orders[0], *OTHERS):
        if not left.len():
            break
        hits = _readable(left, (form,))
        if int(hits.sum()):
            named.append(form)
            timed += int(hits.sum()) if "%H" in form or "%I" in form else 0
            left = left.filter(~hits)
    serials = left.cast(pl.Float64, strict=False)
    in_range = serials.is_between(30_000, 60_000).fill_null(False)
    # A workbook's day numbers are read by themselves, but a column of nothing else may as well be numbers.
    dated = cells.len() - left.len()
    if dated:
        dated += int(in_range.sum())
    share = dated / cells.len()
    return Dates(share, named, timed / dated if dated else 0.0, doubtful and share > 0)


def _readable(cells: pl.Series, formats: tuple[str, ...]) -> pl.Series:
    read = pl.Series([False]).new_from_index(0, cells.len())
    for form in formats:
        text = cells.set(read, None)
        if text.null_count() == text.len():
            break
        if "%+" in form or "%#z" in form:
            moments = text.str.to_datetime(form, time_unit="us", time_zone="UTC", strict=False).dt.replace_time_zone(
                None
            )
        elif re.search("%[HI]", form):
            moments = text.str.strptime(pl.Datetime("us"), form, strict=False)
        else:
            moments = text.str.strptime(pl.Date(), form, strict=False).cast(pl.Datetime("us"))
        # 123456 is a day in the year 1234 to a format; no record is.
        read |= moments.dt.year().is_between(1950, 2100).fill_null(False)
    return read
