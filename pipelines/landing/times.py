"""Cells become days and moments, as people, programs and workbooks write them.

Belongs here: the usual formats and how an offset is put on the city's clock. A cell that is none of them is a fault of its row.
"""

import datetime as dt
from zoneinfo import ZoneInfo

import polars as pl

from pipelines.city import ColumnMap
from pipelines.feeds import Field

DATE_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d")
TIME_FORMATS = ("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%dT%H:%M:%S",
                "%Y-%m-%d %H:%M:%S%.f", "%Y年%m月%d日 %H:%M:%S", "%Y年%m月%d日 %H:%M", "%+",
                "%Y-%m-%d %H:%M:%S%.f%#z")  # fmt: skip
#: Day 0 of a workbook's day numbers; 1 is 1900-01-01, and the leap day that 1900 did not have is counted.
WORKBOOK_EPOCH = dt.datetime(1899, 12, 30)


def read_times(
    cells: pl.Series, spec: Field, column: ColumnMap, zone: ZoneInfo
) -> tuple[pl.Series, dict[str, pl.Series]]:
    """Days or moments on the city's clock. What is neither a moment, a day nor a workbook's day number does not exist (`bad_date`)."""
    own = column.formats
    moments = _try_formats(cells, [f for f in own if _has_time(f)] + list(TIME_FORMATS), pl.Datetime("us"), zone)
    if moments.null_count() == cells.null_count():
        days = pl.Series(cells.name, [None], dtype=pl.Date).new_from_index(0, cells.len())
        return _in_type(moments, days, spec, column), {}
    left = cells.set(moments.is_not_null(), None)
    days = _try_formats(left, [f for f in own if not _has_time(f)] + list(DATE_FORMATS), pl.Date(), zone)
    left = left.set(days.is_not_null(), None)
    if left.null_count() < left.len():
        serial = left.cast(pl.Float64, strict=False)
        serial = serial.set(~serial.is_between(20_000, 80_000).fill_null(False), None)
        seconds = pl.duration(seconds=(pl.lit(serial) * 86_400).round(0).cast(pl.Int64))
        numbered = pl.select(pl.lit(WORKBOOK_EPOCH).cast(pl.Datetime("us")) + seconds).to_series()
        whole = (serial == serial.floor()).fill_null(False)
        moments = moments.fill_null(numbered.set(whole, None))
        days = days.fill_null(numbered.set(~whole, None).cast(pl.Date))
    faults = {"bad_date": moments.is_null() & days.is_null() & cells.is_not_null()}
    if isinstance(spec.dtype, pl.Datetime) and column.date_only != "midnight":
        faults["time_missing"] = moments.is_null() & days.is_not_null()
    return _in_type(moments, days, spec, column), faults


def _in_type(moments: pl.Series, days: pl.Series, spec: Field, column: ColumnMap) -> pl.Series:
    if not isinstance(spec.dtype, pl.Datetime):
        return days.fill_null(moments.cast(pl.Date))
    return moments.fill_null(days.cast(pl.Datetime("us"))) if column.date_only == "midnight" else moments


def _has_time(form: str) -> bool:
    return "%H" in form or "%I" in form or "%+" in form


def _has_offset(form: str) -> bool:
    return any(mark in form for mark in ("%z", "%:z", "%#z", "%+"))


def _try_formats(cells: pl.Series, formats: list[str], dtype: pl.Datetime | pl.Date, zone: ZoneInfo) -> pl.Series:
    """Each cell by the first format that reads it. Formats that nothing is left for are not tried: mostly the first reads all."""
    read, left = pl.Series(cells.name, [None], dtype=dtype).new_from_index(0, cells.len()), cells
    for form in formats:
        if left.null_count() == left.len():
            break
        if _has_offset(form):
            instants = left.str.to_datetime(form, time_unit="us", time_zone="UTC", strict=False)
            found = instants.dt.convert_time_zone(zone.key).dt.replace_time_zone(None)
        else:
            found = left.str.strptime(dtype, form, strict=False)
        if left is cells:
            read = found
        elif found.null_count() < found.len():
            read = read.fill_null(found)
        if found.null_count() == left.null_count():
            break
        left = left.set(found.is_not_null(), None)
    return read
