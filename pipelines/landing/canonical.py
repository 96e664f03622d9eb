"""Cells become fields: a landed chunk of strings, by the city's profile, into the feed's canonical types.

A cell that cannot become what its field wants is a fault of its row (`bad_date`, `bad_number`, `unknown_code`, `time_missing`), never
an error: the row goes to quarantine with all its faults. What a row as a whole must satisfy stands in the feed's contract.
"""

import datetime as dt
from dataclasses import dataclass, field

import polars as pl

from pipelines.city import City, ColumnMap, FeedProfile
from pipelines.errors import InputError, ProfileError
from pipelines.feeds import FEEDS, Field
from pipelines.landing.privacy import HASH, MASK, columns_of
from pipelines.readers.base import ROW, SHEET, UNREADABLE

NOTHING = ["", "NULL", "null", "None", "\\N"]
DATE_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d")
TIME_FORMATS = ("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%dT%H:%M:%S",
                "%Y-%m-%d %H:%M:%S%.f", "%Y年%m月%d日 %H:%M:%S", "%Y年%m月%d日 %H:%M")  # fmt: skip
#: Day 0 of a workbook's day numbers; 1 is 1900-01-01, and the leap day that 1900 did not have is counted.
WORKBOOK_EPOCH = dt.datetime(1899, 12, 30)
TRUE, FALSE = ["1", "true", "是", "y", "yes", "t", "1.0"], ["0", "false", "否", "n", "no", "f", "0.0"]


@dataclass
class Canonical:
    """A chunk in the feed's types, beside the strings it came from and the cells that failed.

    `frame` has the feed's fields (a personal field holds its hash), `masks` the masks of the personal ones, `said` every field's
    string as it may be shown, `faults` a Boolean column `<rule>__<field>` per kind of fault.
    """

    frame: pl.DataFrame
    masks: pl.DataFrame
    said: pl.DataFrame
    positions: pl.DataFrame
    faults: dict[tuple[str, str], pl.Series] = field(default_factory=dict)


class References:
    """The city's reference tables as the mapping needs them, read once."""

    def __init__(self, city: City) -> None:
        self._city = city
        self._tables: dict[str, pl.DataFrame] = {}

    def table(self, name: str) -> pl.DataFrame:
        """The table, every cell a string; without rows where the city does not have it."""
        if name not in self._tables:
            path = self._city.reference_dir / f"{name}.csv"
            self._tables[name] = pl.read_csv(path, infer_schema=False) if path.is_file() else pl.DataFrame()
        return self._tables[name]

    def crosswalk(self, spec: str, target: Field, feed: str) -> dict[str, str]:
        """{value of the named column: key} for `map_reference = "<table>.<column>"`."""
        name, _, column = spec.partition(".")
        table = self.table(name)
        key = target.reference_columns[-1] if target.reference_columns else target.name
        if column not in table.columns or key not in table.columns:
            raise ProfileError(
                "代码对照表不存在", f"reference/{name}.csv has no columns '{column}' and '{key}'",
                file=f"feeds/{feed}.toml", key=f"columns.{target.name}.map_reference", value=spec,
                remedy_zh="改正 map_reference，或补上参考表", remedy_en="mend map_reference or add the reference table",
            )  # fmt: skip
        pairs = table.select(column, key).drop_nulls().unique(column, keep="first", maintain_order=True)
        return dict(pairs.iter_rows())


def require_columns(header: list[str], profile: FeedProfile, source: str) -> None:
    """Refuses a source that lacks columns it must have.

    Raises InputError naming all of them, their synonyms and what the source has instead.
    """
    found = columns_of(profile, header)
    fields = FEEDS[profile.feed].fields
    missing = {
        name: column.from_
        for name, column in profile.columns.items()
        if name not in found and column.const is None and (column.required or not fields[name].nullable)
    }
    if missing:
        raise InputError(
            f"缺少必需的列：{'、'.join(fields[name].description_zh for name in missing)}",
            f"required columns are missing: {', '.join(missing)}",
            file=source, column="; ".join(" / ".join(synonyms) for synonyms in missing.values()),
            value="、".join(header[:40]),
            remedy_zh="补上这些列；如果只是改了名，在配置的 from 里加上新名称",
            remedy_en="add the columns; if one was only renamed, add its new name to `from` in the profile",
        )  # fmt: skip


def to_canonical(chunk: pl.DataFrame, header: list[str], profile: FeedProfile, references: References) -> Canonical:
    """The chunk's records in canonical form. Rows that could not be cut into columns are left to the caller."""
    feed = FEEDS[profile.feed]
    found = columns_of(profile, header)
    height = chunk.height
    frame: dict[str, pl.Series] = {}
    masks: dict[str, pl.Series] = {}
    said: dict[str, pl.Series] = {}
    faults: dict[tuple[str, str], pl.Series] = {}
    for name, spec in feed.fields.items():
        column = profile.columns.get(name)
        source = found.get(name)
        if column is None or (source is None and column.const is None):
            frame[name] = pl.Series(name, [None], dtype=spec.dtype).new_from_index(0, height)
            said[name] = pl.Series(name, [None], dtype=pl.String).new_from_index(0, height)
            if spec.personal:
                masks[name] = said[name]
            continue
        if spec.personal and source is not None:
            frame[name] = chunk[source + HASH].alias(name)
            masks[name] = said[name] = chunk[source + MASK].alias(name)
            continue
        if source is None:
            cells = pl.Series(name, [column.const], dtype=pl.String).new_from_index(0, height)
        else:
            cells = chunk[source].alias(name)
        said[name] = cells
        cells = cells.str.strip_chars()
        cells = cells.set(cells.is_in(NOTHING), None)
        frame[name], found_faults = _read(cells, spec, column, references, profile.feed)
        faults |= {(rule, name): at for rule, at in found_faults.items() if at.any()}
    return Canonical(
        frame=pl.DataFrame(list(frame.values())),
        masks=pl.DataFrame(list(masks.values())),
        said=pl.DataFrame(list(said.values())),
        positions=chunk.select(SHEET, ROW, UNREADABLE),
        faults=faults,
    )


def _read(
    cells: pl.Series, spec: Field, column: ColumnMap, references: References, feed: str
) -> tuple[pl.Series, dict[str, pl.Series]]:
    """The cells in the field's type, and where they could not be."""
    faults: dict[str, pl.Series] = {}
    crosswalk = column.map or (references.crosswalk(column.map_reference, spec, feed) if column.map_reference else {})
    if crosswalk:
        known = {**{target: target for target in crosswalk.values()}, **crosswalk}
        mapped = cells.replace_strict(list(known), list(known.values()), default=None, return_dtype=pl.String)
        faults["unknown_code"] = mapped.is_null() & cells.is_not_null()
        cells = mapped
    if spec.categories:
        outside = ~cells.is_in(list(spec.categories)) & cells.is_not_null()
        faults["unknown_code"] = faults.get("unknown_code", outside) | outside
        return cells.set(outside, None).cast(spec.dtype), faults
    if isinstance(spec.dtype, pl.String):
        return cells, faults
    if isinstance(spec.dtype, pl.Boolean):
        lower = cells.str.to_lowercase()
        value = (
            pl.select(pl.when(lower.is_in(TRUE)).then(True).when(lower.is_in(FALSE)).then(False)).to_series()
            .alias(cells.name)
        )  # fmt: skip
        faults["unknown_code"] = value.is_null() & cells.is_not_null()
        return value, faults
    if spec.is_time:
        return _read_time(cells, spec, column)
    numbers = cells.str.replace_all("[,，\\s]", "").cast(pl.Float64, strict=False)
    bad = (numbers.is_null() & cells.is_not_null()) | ~numbers.is_finite().fill_null(True)
    numbers = numbers.set(bad, None) * (column.scale or 1)
    if isinstance(spec.dtype, pl.Decimal):
        # Workbooks hold binary fractions: 0.1 + 0.2 must come out as 0.30.
        typed = numbers.round(spec.dtype.scale or 0).cast(spec.dtype, strict=False)
    elif spec.dtype.is_integer():
        typed = numbers.set(numbers != numbers.round(0), None).cast(spec.dtype, strict=False)
    else:
        typed = numbers.cast(spec.dtype)
    faults["bad_number"] = typed.is_null() & cells.is_not_null()
    return typed, faults


def _read_time(cells: pl.Series, spec: Field, column: ColumnMap) -> tuple[pl.Series, dict[str, pl.Series]]:
    """Days or moments. What is neither a moment, a day nor a workbook's day number does not exist (`bad_date`)."""
    own = column.formats
    moments = _try_formats(cells, [f for f in own if _has_time(f)] + list(TIME_FORMATS), pl.Datetime("us"))
    left = cells.set(moments.is_not_null(), None)
    days = _try_formats(left, [f for f in own if not _has_time(f)] + list(DATE_FORMATS), pl.Date())
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
    if not isinstance(spec.dtype, pl.Datetime):
        return days.fill_null(moments.cast(pl.Date)).alias(cells.name), faults
    if column.date_only == "midnight":
        return moments.fill_null(days.cast(pl.Datetime("us"))).alias(cells.name), faults
    faults["time_missing"] = moments.is_null() & days.is_not_null()
    return moments.alias(cells.name), faults


def _has_time(form: str) -> bool:
    return "%H" in form or "%I" in form


def _try_formats(cells: pl.Series, formats: list[str], dtype: pl.Datetime | pl.Date) -> pl.Series:
    """Each cell by the first format that reads it. Formats that nothing is left for are not tried: mostly the first reads all."""
    read = pl.Series(cells.name, [None], dtype=dtype).new_from_index(0, cells.len())
    for form in formats:
        left = cells.set(read.is_not_null(), None)
        if left.null_count() == left.len():
            break
        read = read.fill_null(left.str.strptime(dtype, form, strict=False))
    return read
