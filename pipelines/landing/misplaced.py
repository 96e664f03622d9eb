"""Rows whose cells stand in the wrong columns: a shifted row would bring a telephone number into a date, and a name into a code.

Belongs here: telling such rows by the shape of their cells, before anything lands. One cell that does not fit is a slip and stays for the
steward; two say that the row is out of place, and then any cell may hold anybody: the row's text stays in the vault, and it is refused like a
row that could not be cut into columns.
"""

from collections.abc import Iterator

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


def out_of_place(chunk: pl.DataFrame, met: Headers, profile: FeedProfile, personal: dict[str, str]) -> pl.Series:
    """Row by row whether its cells stand in the wrong columns. `personal` is {column: kind}."""
    looks = list(_looks(met, profile, personal))
    out = pl.Series([False]).new_from_index(0, chunk.height)
    if not looks:
        return out
    counted = [(look & ~excuse.str.contains(NOTHING_SAID) if excuse is not None else look) for look, excuse in looks]
    # Few rows have two cells that look out of place at all; whether they only say that there is nothing to say is asked of those alone.
    few = chunk.select(few=_several([look for look, _ in looks]) & pl.col(UNREADABLE).is_null())["few"].arg_true()
    return out.scatter(few.filter(chunk[few].select(out=_several(counted))["out"]), True) if len(few) else out


def _several(misfits: list[pl.Expr]) -> pl.Expr:
    return pl.sum_horizontal(one.fill_null(False).cast(pl.Int32) for one in misfits) >= MISFITS


def whole_row(chunk: pl.DataFrame, header: list[str]) -> pl.Series:
    """Each row as one text, for the vault."""
    return chunk.select(text=pl.concat_str([pl.col(name).fill_null("") for name in header], separator="\t"))["text"]


def without(frame: pl.DataFrame, rows: pl.Series) -> pl.DataFrame:
    """The frame with nothing in these rows but where they stand."""
    return frame.with_columns(
        frame[name].set(rows, None) for name in frame.columns if name not in (SHEET, ROW, UNREADABLE)
    )


def _looks(met: Headers, profile: FeedProfile, personal: dict[str, str]) -> Iterator[tuple[pl.Expr, pl.Expr | None]]:
    """(whether a cell looks out of place, the cell where words for nothing excuse it)."""
    fields = FEEDS[profile.feed].fields
    for name, kind in personal.items():
        yield _of_person(_cell(name), kind)
    for name in met.fields.get(FEEDS[profile.feed].key, []):
        # A text where the key should be is enough.
        yield from [(_cell(name).str.len_chars() > LONGEST_KEY, None)] * MISFITS
    for field, names in met.fields.items():
        column = profile.columns[field]
        if (
            len(names) == 1
            and names[0] not in personal
            and not (column.extract or column.free_text or fields[field].free_text)
            and (look := _of_field(_cell(names[0]), fields[field], column)) is not None
        ):
            yield look, _cell(names[0])


def _cell(name: str) -> pl.Expr:
    return pl.col(name).str.strip_chars()


def _of_person(cell: pl.Expr, kind: str) -> tuple[pl.Expr, pl.Expr | None]:
    if kind in ("name", "address"):
        return cell.str.contains(_FIGURES), None
    # An account may stand for a number; Chinese words without a digit do not.
    return cell.str.contains(r"\p{Han}") & ~cell.str.contains("[0-9０-９]"), cell


def _of_field(cell: pl.Expr, field: Field, column: ColumnMap) -> pl.Expr | None:
    if column.map and column.otherwise is None:
        return ~cell.is_in(list({*column.map, *column.map.values()}))
    if column.map or column.map_reference:
        return None
    if field.categories:
        return ~cell.is_in(list(field.categories))
    if isinstance(field.dtype, pl.Boolean):
        return ~cell.str.to_lowercase().is_in(_WORDS)
    if field.is_time or field.dtype.is_numeric():
        return ~cell.str.contains("[0-9０-９〇零一二三四五六七八九十]")
    return None
