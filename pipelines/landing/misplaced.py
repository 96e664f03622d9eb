"""Rows whose cells stand in the wrong columns: a shifted row would bring a telephone number into a date, and a name into a code.

Belongs here: telling such rows by the shape of their cells, before anything lands. One cell that does not fit is a slip and stays for the
steward; two say that the row is out of place, and then any cell may hold anybody: the row's text stays in the vault, and it is refused like a
row that could not be cut into columns.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import polars as pl

from pipelines.city import ColumnMap, FeedProfile
from pipelines.feeds import FEEDS, Field
from pipelines.landing.headers import Headers
from pipelines.readers.base import ROW, SHEET, UNREADABLE

#: What people write where they have nothing to say; it is out of place nowhere.
NOTHING_SAID = r"^(?i:|null|none|\\n|n/?a|[/\-—–－.。、?？*#]+|无|空|暂无|不详|不明|未知|未提供|保密|匿名|待定|长期|不愿透露|无名氏)$"
#: A date, a time, a telephone or ID number, an amount: no name and no place.
_FIGURES = r"^[0-9０-９][0-9０-９\s\-－—–./:：年月日时分秒()（）+]{4,}[0-9０-９XxＸｘ年月日时分秒)）]?$"
_WORDS = ["1", "true", "是", "y", "yes", "t", "1.0", "0", "false", "否", "n", "no", "f", "0.0"]
#: So many cells that do not fit put a row out of place.
MISFITS = 2
#: Characters; what is longer names no record.
LONGEST_KEY = 60


@dataclass(frozen=True)
class _Look:
    """Of one cell: whether it may be out of place, as is soon told; whether it looks so; and the cell where words for nothing excuse it."""

    may_be: pl.Expr
    is_so: pl.Expr
    excuse: pl.Expr | None = None

    @property
    def counts(self) -> pl.Expr:
        return self.is_so if self.excuse is None else self.is_so & ~self.excuse.str.contains(NOTHING_SAID)


def out_of_place(chunk: pl.DataFrame, met: Headers, profile: FeedProfile, personal: dict[str, str]) -> pl.Series:
    """Row by row whether its cells stand in the wrong columns. `personal` is {column: kind}."""
    looks = list(_looks(met, profile, personal))
    out = pl.Series([False]).new_from_index(0, chunk.height)
    if not looks:
        return out
    # Few rows have two cells that may be out of place at all; those alone are looked at closely.
    few = chunk.select(few=_several([look.may_be for look in looks]) & pl.col(UNREADABLE).is_null())["few"].arg_true()
    if not len(few):
        return out
    counted = chunk[few].select(out=_several([look.counts for look in looks]))["out"]
    return out.scatter(few.filter(counted), True)


def _several(misfits: list[pl.Expr]) -> pl.Expr:
    return pl.sum_horizontal(one.fill_null(False).cast(pl.UInt16) for one in misfits) >= MISFITS


def whole_row(chunk: pl.DataFrame, header: list[str]) -> pl.Series:
    """Each row as one text, for the vault."""
    return chunk.select(text=pl.concat_str([pl.col(name).fill_null("") for name in header], separator="\t"))["text"]


def without(frame: pl.DataFrame, rows: pl.Series) -> pl.DataFrame:
    """The frame with nothing in these rows but where they stand."""
    return frame.with_columns(
        frame[name].set(rows, None) for name in frame.columns if name not in (SHEET, ROW, UNREADABLE)
    )


def _looks(met: Headers, profile: FeedProfile, personal: dict[str, str]) -> Iterator[_Look]:
    fields = FEEDS[profile.feed].fields
    for name, kind in personal.items():
        yield _of_person(name, kind)
    for name in met.fields.get(FEEDS[profile.feed].key, []):
        # A text where the key should be is enough.
        yield from [
            _Look(pl.col(name).str.len_bytes() > LONGEST_KEY, _cell(name).str.len_chars() > LONGEST_KEY)
        ] * MISFITS
    for field, names in met.fields.items():
        column = profile.columns[field]
        if (
            len(names) == 1
            and names[0] not in personal
            and not (column.extract or column.free_text or fields[field].free_text)
            and (look := _of_field(names[0], fields[field], column)) is not None
        ):
            yield look


def _cell(name: str) -> pl.Expr:
    return pl.col(name).str.strip_chars()


def _of_person(name: str, kind: str) -> _Look:
    cell = _cell(name)
    if kind in ("name", "address"):
        return _Look(pl.col(name).str.contains(r"^\s*[0-9０-９]"), cell.str.contains(_FIGURES))
    # An account may stand for a number; Chinese words without a digit do not.
    is_wide = pl.col(name).str.len_bytes() > pl.col(name).str.len_chars()
    return _Look(is_wide, cell.str.contains(r"\p{Han}") & ~cell.str.contains("[0-9０-９]"), cell)


def _of_field(name: str, field: Field, column: ColumnMap) -> _Look | None:
    cell = _cell(name)
    if column.map and column.otherwise is None:
        return _none_of({*column.map, *column.map.values()}, name, cell)
    if column.map or column.map_reference:
        return None
    if field.categories:
        return _none_of(field.categories, name, cell)
    if isinstance(field.dtype, pl.Boolean):
        return _none_of(_WORDS, name, cell.str.to_lowercase(), cell)
    if field.is_time or field.dtype.is_numeric():
        # Mostly they begin with a digit.
        begins = pl.col(name)
        return _Look((begins < "0") | (begins >= ":"), ~cell.str.contains("[0-9０-９〇零一二三四五六七八九十]"), cell)
    return None


def _none_of(words: Iterable[str], name: str, said: pl.Expr, excuse: pl.Expr | None = None) -> _Look:
    """A cell that is none of these words, which mostly stand there as they are written here."""
    known = list(words)
    plain = [word for word in known if word == word.strip()]
    return _Look(~pl.col(name).is_in(plain), ~said.is_in(known), said if excuse is None else excuse)
