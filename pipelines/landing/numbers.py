"""Cells become numbers, as people write them: with thousands separators, and with a unit where the column does not say it.

Belongs here: what of a cell is the number and in what it is counted. Units and their factors stand in `pipelines.city.columns`.
"""

import re

import polars as pl

from pipelines.city import ColumnMap
from pipelines.city.columns import UNITS
from pipelines.feeds import Field


def read_numbers(cells: pl.Series, spec: Field, column: ColumnMap) -> tuple[pl.Series, dict[str, pl.Series]]:
    """The cells in the field's type and base unit, and where they are no usable number (`bad_number`).

    A cell that names its own unit ("1.2万元") is read by that, whatever the profile says of the column.
    """
    typed = _typed(cells, pl.lit(column.factor), spec)
    if typed.null_count() == cells.null_count():
        return typed, {}
    # Mostly they are plain numbers; what is none as it stands is looked at closely.
    left = (typed.is_null() & cells.is_not_null()).arg_true()
    typed = typed.scatter(left, _closely(cells[left], spec, column))
    if typed.null_count() == cells.null_count():
        return typed, {}
    return typed, {"bad_number": typed.is_null() & cells.is_not_null()}


def _closely(cells: pl.Series, spec: Field, column: ColumnMap) -> pl.Series:
    """Numbers with separators and with a unit of their own."""
    plain = cells.str.replace_all("[,，\\s]", "")
    factors = pl.Series("factors", [column.factor], dtype=pl.Float64).new_from_index(0, cells.len())
    for unit, factor in _own_units(spec).items():
        ends = rf"^[+-]?[0-9.]+{re.escape(unit)}$"
        written = plain.str.contains(ends).fill_null(False)
        if written.any():
            plain = plain.str.strip_suffix(unit).zip_with(written, plain)
            factors = factors.set(written, factor)
    return _typed(plain, pl.lit(factors), spec)


def _typed(cells: pl.Series, factor: pl.Expr, spec: Field) -> pl.Series:
    number = pl.col(cells.name).cast(pl.Float64, strict=False)
    number = pl.when(number.is_finite()).then(number) * factor
    if isinstance(spec.dtype, pl.Decimal):
        # Workbooks hold binary fractions: 0.1 + 0.2 must come out as 0.30.
        number = number.round(spec.dtype.scale or 0)
        # Polars gives no value for what is far too large, and ended a whole file where it was a thousand times too large or less.
        number = pl.when(number.abs() < 10.0 ** (spec.dtype.precision - spec.dtype.scale)).then(number)
    elif spec.dtype.is_integer():
        number = pl.when(number == number.round(0)).then(number)
    return cells.to_frame().select(number.cast(spec.dtype, strict=False).alias(cells.name)).to_series()


def _own_units(spec: Field) -> dict[str, float]:
    """{unit: factor} of what the field is counted in, as a cell may name it."""
    base = spec.name.rpartition("_")[2]
    units = {unit: factor for unit, (of, factor) in UNITS.items() if of == base}
    return (
        units
        | {unit.replace("m2", "㎡"): factor for unit, factor in units.items() if "m2" in unit}
        | {unit.replace("m2", "m²"): factor for unit, factor in units.items() if "m2" in unit}
    )
