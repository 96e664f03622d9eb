"""The row contract applied: which rows may go on, and for the others every reason in a sentence.

The rules of one feed stand in its dataframely schema (`pipelines.feeds`). Here they are run and their names turned into reasons, together
with the faults of reading and with the one rule that needs today's date: no record lies in the future.
"""

import datetime as dt
import json
from dataclasses import dataclass

import polars as pl

from pipelines.feeds import PLACE, Feed
from pipelines.landing.canonical import Canonical
from pipelines.readers.base import ROW, SHEET, UNREADABLE

#: Nothing in a city's records is older than this; workbooks turn empty cells into 1900.
EARLIEST = dt.datetime(1950, 1, 1)

REASONS: dict[str, tuple[str, str]] = {
    "missing_value": ("{zh}为空，该字段必填", "{en} is empty, but every record must have it"),
    "bad_number": ("{zh}“{value}”不是可用的数字", "{en} '{value}' is not a usable number"),
    "bad_date": ("{zh}“{value}”不是存在的日期", "{en} '{value}' is not a date that exists"),
    "time_missing": ("{zh}“{value}”只有日期、没有时刻", "{en} '{value}' has a date but no time of day"),
    "unknown_code": ("{zh}“{value}”不在代码表中", "{en} '{value}' is not in the list of codes"),
    "out_of_order": ("{zh}“{value}”早于它之前的环节", "{en} '{value}' is earlier than a step that comes before it"),
    "in_the_future": ("{zh}“{value}”晚于数据截止日", "{en} '{value}' is later than the day the data are of"),
    "status_mismatch": ("{zh}“{value}”与时间字段不符", "{en} '{value}' does not fit the record's times"),
    "out_of_range": ("{zh}“{value}”超出合理范围", "{en} '{value}' is out of range"),
    "unit_mismatch": ("{zh}“{value}”与类型不符", "{en} '{value}' is not the unit in which this kind is counted"),
    "unreadable_row": (
        "该行的列数与表头不符，或各列错了位（原文在保险库中）",
        "the row has another number of columns than the header, or its cells stand in the wrong columns (its text is in the vault)",
    ),
}


@dataclass
class Judged:
    """`loaded`: typed rows with their positions. `quarantined`: position, business key, reasons and the record as read."""

    loaded: pl.DataFrame
    quarantined: pl.DataFrame


QUARANTINE_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    SHEET: pl.String,
    ROW: pl.Int64,
    "business_key": pl.String,
    "reasons": pl.List(
        pl.Struct(
            {
                "rule": pl.String,
                "column": pl.String,
                "value": pl.String,
                "message_zh": pl.String,
                "message_en": pl.String,
            }
        )
    ),
    "record": pl.String,
}


def judge(
    canonical: Canonical, feed: Feed, references: dict[tuple[str, ...], pl.DataFrame], horizon: dt.date
) -> Judged:
    """Every row into one of two frames. `references` maps (table, columns…) to the keys that exist; `horizon` is the last day that
    a record may be of."""
    frame = canonical.frame
    faults = dict(canonical.faults)
    readable = canonical.positions[UNREADABLE].is_null()
    if not readable.all():
        faults["unreadable_row", ""] = ~readable
    end = dt.datetime.combine(horizon, dt.time.max)
    spans = _spans(frame, [name for name, field in feed.fields.items() if field.is_time])
    for name, field in feed.fields.items():
        first, last = spans.get(name, (None, None))
        if first is not None and first < EARLIEST:
            _mark(faults, "out_of_range", name, (frame[name] < EARLIEST).fill_null(False))
        if last is not None and last > end and not field.planned:
            _mark(faults, "in_the_future", name, (frame[name].cast(pl.Datetime("us")) > end).fill_null(False))
        keys = references.get((field.reference_table or "", *field.reference_columns))
        if keys is not None and not keys.is_empty():
            # The last column of the reference is this field, whatever its name here; those before it are fields of their own.
            wanted = frame.select(*field.reference_columns[:-1], pl.col(name).alias(field.reference_columns[-1]))
            known = wanted.join(keys.with_columns(_known=True), on=list(field.reference_columns), how="left",
                                maintain_order="left")["_known"].fill_null(False)  # fmt: skip
            _mark(faults, "unknown_code", name, ~known & frame[name].is_not_null())
    for (rule, name), at in _contract_faults(frame, feed).items():
        broken = at
        # A cell that could not be read is empty by now; that it is missing would be a second reason for the same thing.
        explained = [faulty for (_, column), faulty in faults.items() if column == name]
        for faulty in explained if rule == "missing_value" else []:
            broken &= ~faulty
        _mark(faults, rule, name, broken & readable)
    bad = pl.Series([False]).new_from_index(0, frame.height)
    for at in faults.values():
        bad = bad | at
    personal = [name for name, field in feed.fields.items() if field.personal]
    loaded = pl.concat([canonical.positions.select(SHEET, ROW), frame], how="horizontal").filter(~bad)
    loaded = loaded.rename({name: f"{name}_hash" for name in personal})
    loaded = loaded.with_columns([canonical.masks[name].filter(~bad).alias(f"{name}_mask") for name in personal])
    return Judged(loaded=loaded, quarantined=_quarantined(canonical, feed, faults, bad))


def _spans(frame: pl.DataFrame, times: list[str]) -> dict[str, tuple[dt.datetime | None, dt.datetime | None]]:
    """{field: its first and its last moment}, of all at once: mostly none is out of time, and no row needs to be looked at."""
    if not times:
        return {}
    moments = pl.col(times).cast(pl.Datetime("us"))
    first, last = (frame.select(ends).row(0) for ends in (moments.min(), moments.max()))
    return dict(zip(times, zip(first, last, strict=True), strict=True))


def _mark(faults: dict[tuple[str, str], pl.Series], rule: str, name: str, at: pl.Series) -> None:
    if at.any():
        key = (rule, name)
        faults[key] = faults[key] | at if key in faults else at


def _contract_faults(frame: pl.DataFrame, feed: Feed) -> dict[tuple[str, str], pl.Series]:
    """{(rule, field): where it is broken} of the feed's schema."""
    # dataframely gives back the failing rows only and drops columns it does not know, so the place travels as a column.
    # Of a lazy frame it gathers those alone, and not all others once more.
    failure = feed.placed_schema.filter(frame.lazy().with_row_index(PLACE)).failure
    details = failure.details()
    faults: dict[tuple[str, str], pl.Series] = {}
    for name in failure.counts():
        column, bar, check = name.partition("|")
        if bar:
            rule = "missing_value" if check == "nullability" else "out_of_range"
        else:
            rule, _, column = name.partition("__")
        places = details.filter(pl.col(name) == "invalid")[PLACE]
        at = pl.int_range(frame.height, eager=True).is_in(places.cast(pl.Int64).implode())
        _mark(faults, rule, column, at)
    return faults


def _quarantined(
    canonical: Canonical, feed: Feed, faults: dict[tuple[str, str], pl.Series], bad: pl.Series
) -> pl.DataFrame:
    rows = bad.arg_true().to_list()
    said = canonical.said[rows].to_dicts() if rows else []
    positions = canonical.positions[rows].to_dicts() if rows else []
    broken = {key: set(at.arg_true().to_list()) for key, at in faults.items()}
    lines = []
    for at, record, position in zip(rows, said, positions, strict=True):
        reasons = []
        for (rule, name), places in broken.items():
            if at in places:
                reasons.append(_reason(rule, name, feed, record))
        lines.append(
            {
                SHEET: position[SHEET],
                ROW: position[ROW],
                "business_key": record[feed.key],
                "reasons": reasons,
                "record": json.dumps({k: v for k, v in record.items() if v is not None}, ensure_ascii=False),
            }
        )
    return pl.DataFrame(lines, schema=QUARANTINE_SCHEMA)


def _reason(rule: str, name: str, feed: Feed, record: dict[str, str | None]) -> dict[str, str | None]:
    field = feed.fields.get(name)
    value = record.get(name) if field and not field.personal else None
    shown = value if value is None or len(value) <= 80 else value[:77] + "…"
    zh, en = REASONS[rule]
    words = {
        "zh": field.description_zh if field else "",
        "en": field.description_en if field else "",
        "value": shown or "",
    }
    return {
        "rule": rule,
        "column": name or None,
        "value": shown,
        "message_zh": zh.format(**words),
        "message_en": en.format(**words),
    }
