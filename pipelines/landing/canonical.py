"""Cells become fields: a landed chunk of strings, by the city's profile, into the feed's canonical types.

A cell that cannot become what its field wants is a fault of its row (`bad_date`, `bad_number`, `unknown_code`, `time_missing`), never
an error: the row goes to quarantine with all its faults. What a row as a whole must satisfy stands in the feed's contract.
"""

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import polars as pl

from pipelines.city import City, ColumnMap, FeedProfile
from pipelines.errors import ProfileError
from pipelines.feeds import FEEDS, Field
from pipelines.landing.headers import meet
from pipelines.landing.numbers import read_numbers
from pipelines.landing.privacy import HASH, MASK, personal_kind
from pipelines.landing.times import read_times
from pipelines.readers.base import ROW, SHEET, UNREADABLE, normalise_header

NOTHING = ["", "NULL", "null", "None", "\\N"]
_LONGEST_NOTHING = max(map(len, NOTHING))
TRUE, FALSE = ["1", "true", "是", "y", "yes", "t", "1.0"], ["0", "false", "否", "n", "no", "f", "0.0"]


@dataclass
class Canonical:
    """A chunk in the feed's types, beside the strings it came from and the cells that failed.

    `frame` has the feed's fields (a personal field holds its hash), `masks` the masks of the personal ones, `said` every field's
    string as it may be shown, `empty` how many of these say nothing but blanks, `faults` a Boolean column `<rule>__<field>` per kind of fault.
    """

    frame: pl.DataFrame
    masks: pl.DataFrame
    said: pl.DataFrame
    positions: pl.DataFrame
    empty: dict[str, int] = field(default_factory=dict)
    faults: dict[tuple[str, str], pl.Series] = field(default_factory=dict)


class References:
    """The city's reference tables as the mapping needs them, read once."""

    def __init__(self, city: City) -> None:
        self._city = city
        self._tables: dict[str, pl.DataFrame] = {}

    @property
    def zone(self) -> ZoneInfo:
        """The city's clock, on which moments with an offset are read."""
        return self._city.zone

    def table(self, name: str) -> pl.DataFrame:
        """The table, every cell a string; without rows where the city does not have it."""
        if name not in self._tables:
            path = self._city.reference_dir / f"{name}.csv"
            # A name that leads elsewhere is a table that the city does not have.
            is_own = path.parent == self._city.reference_dir and path.is_file()
            self._tables[name] = pl.read_csv(path, infer_schema=False) if is_own else pl.DataFrame()
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


def to_canonical(chunk: pl.DataFrame, header: list[str], profile: FeedProfile, references: References) -> Canonical:
    """The chunk's records in canonical form. Rows that could not be cut into columns are left to the caller."""
    feed = FEEDS[profile.feed]
    met = meet(profile, header)
    height = chunk.height
    nothing = pl.Series([None], dtype=pl.String).new_from_index(0, height)
    masks: dict[str, pl.Series] = {}
    said: dict[str, pl.Series] = {}
    frame: dict[str, pl.Series] = {}
    read: dict[str, tuple[ColumnMap, pl.Series | None]] = {}
    for name, spec in feed.fields.items():
        column = profile.columns.get(name)
        sources = met.fields.get(name, [])
        if column is None or not (sources or column.const is not None):
            frame[name] = pl.Series(name, [None], dtype=spec.dtype).new_from_index(0, height)
            said[name] = nothing.alias(name)
            if spec.personal:
                masks[name] = said[name]
            continue
        applies = _applies(chunk, column)
        if sources and personal_kind(profile, name):
            hashed, masked = (
                _only(_first([chunk[source + form] for source in sources]).alias(name), applies)
                for form in (HASH, MASK)
            )
            said[name] = masked
            # What only this city protects has no column for a hash; the hash stays in the landing copy.
            frame[name] = hashed if spec.personal else masked
            if spec.personal:
                masks[name] = masked
            continue
        said[name] = _only(_cells(chunk, sources, column).alias(name), applies)
        read[name] = (column, applies)
    as_said = pl.DataFrame(list(said.values()))
    # All columns at once: each call costs as much as the work on thousands of cells.
    bare = as_said.select(pl.all().str.strip_chars())
    blanks = bare.select((pl.all().is_null() | (pl.all().str.len_bytes() == 0)).sum())
    # Only short cells say that there is nothing to say.
    shortest = bare.select(pl.all().str.len_bytes().min()).row(0, named=True)
    cells = bare.select(
        pl.when(~pl.col(name).is_in(NOTHING)).then(pl.col(name)).alias(name) if (shortest[name] or 0) <= _LONGEST_NOTHING
        else pl.col(name)
        for name in read
    )  # fmt: skip
    faults: dict[tuple[str, str], pl.Series] = {}
    for name, (column, applies) in read.items():
        filled = cells[name]
        if column.if_empty is not None:
            filled = filled.set(filled.is_null() & (True if applies is None else applies), column.if_empty)
        frame[name], found_faults = _read(filled, feed.fields[name], column, references, profile.feed)
        faults |= {(rule, name): at for rule, at in found_faults.items() if at.any()}
    return Canonical(
        frame=pl.DataFrame([frame[name] for name in feed.fields]),
        masks=pl.DataFrame(list(masks.values())),
        said=as_said,
        positions=chunk.select(SHEET, ROW, UNREADABLE),
        empty=dict(zip(blanks.columns, blanks.row(0), strict=True)),
        faults=faults,
    )


def record_keys(chunk: pl.DataFrame, header: list[str], profile: FeedProfile) -> pl.Series:
    """The key of each record of a chunk, as raw holds it; null where it has none."""
    key = FEEDS[profile.feed].key
    column, sources = profile.columns[key], meet(profile, header).fields.get(key, [])
    cells = _only(_cells(chunk, sources, column), _applies(chunk, column)).str.strip_chars()
    cells = cells.set(cells.is_in(NOTHING), None)
    return cells.replace(column.map) if column.map else cells


def _cells(chunk: pl.DataFrame, sources: list[str], column: ColumnMap) -> pl.Series:
    """The field's cells as its source has them: of one column, or of several put together."""
    if not sources:
        return pl.Series([column.const], dtype=pl.String).new_from_index(0, chunk.height)
    if column.first_of or len(sources) == 1:
        cells = _first([chunk[name] for name in sources])
        return cells.str.extract(column.extract, 1) if column.extract else cells
    parts = [pl.col(name).str.strip_chars().replace("", None) for name in sources]
    joined = pl.concat_str(parts, separator=column.separator, ignore_nulls=True)
    return chunk.select(joined=joined.replace("", None))["joined"]


def _first(columns: list[pl.Series]) -> pl.Series:
    """Record by record the first cell that is not empty."""
    found = columns[0]
    for other in columns[1:]:
        found = found.zip_with((found.str.strip_chars() != "").fill_null(False), other)
    return found


def _applies(chunk: pl.DataFrame, column: ColumnMap) -> pl.Series | None:
    """Where `only_if` lets the column speak; None where it always does."""
    if not column.only_if:
        return None
    conditions = [
        pl.col(normalise_header(name)).str.strip_chars().is_in(texts).fill_null(False)
        for name, texts in column.only_if.items()
    ]
    return chunk.select(applies=pl.all_horizontal(conditions))["applies"]


def _only(cells: pl.Series, applies: pl.Series | None) -> pl.Series:
    return cells if applies is None else cells.set(~applies, None)


def _read(
    cells: pl.Series, spec: Field, column: ColumnMap, references: References, feed: str
) -> tuple[pl.Series, dict[str, pl.Series]]:
    """The cells in the field's type, and where they could not be."""
    faults: dict[str, pl.Series] = {}
    crosswalk = column.map or (references.crosswalk(column.map_reference, spec, feed) if column.map_reference else {})
    if crosswalk:
        known = {**{target: target for target in (*crosswalk.values(), column.if_empty) if target}, **crosswalk}
        mapped = cells.replace_strict(list(known), list(known.values()), default=None, return_dtype=pl.String)
        if mapped.null_count() > cells.null_count():
            unknown = mapped.is_null() & cells.is_not_null()
            if column.otherwise is None:
                faults["unknown_code"] = unknown
            else:
                mapped = mapped.set(unknown, column.otherwise)
        cells = mapped
    if spec.categories:
        coded = cells.cast(spec.dtype, strict=False)
        if coded.null_count() > cells.null_count():
            outside = coded.is_null() & cells.is_not_null()
            faults["unknown_code"] = faults.get("unknown_code", outside) | outside
        return coded, faults
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
        return read_times(cells, spec, column, references.zone)
    return read_numbers(cells, spec, column)
