"""A CSV file of a city's reference folder, read strictly: its columns, the types of its values, and names in either language.

Belongs here: files. Which tables there are and what becomes of them stands in `reference`, the holidays' file in `calendar`.
"""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl

from pipelines.city import City
from pipelines.errors import ProfileError

#: What the law of a country says stands here once; a city's own file of the same name takes its place.
NATIONAL = Path(__file__).parent / "national"
_LANGUAGES = ("_zh", "_en")


def file_of(city: City, name: str) -> Path:
    """The city's own file of that name, else that of its country; it need not exist."""
    own = city.reference_dir / f"{name}.csv"
    return own if own.is_file() else NATIONAL / city.facts.country / f"{name}.csv"


def read_table(path: Path, columns: dict[str, str]) -> pl.DataFrame:
    """The file's rows as strings that are sure to be castable to the table's types; no rows where there is no file.

    Names in a language that the city does not use may be left out: where there is no Chinese one, the English stands for it.

    Raises ProfileError naming the file, row, column and value that do not fit.
    """
    frame, faults = examine_table(path, columns, most=1)
    if faults:
        raise faults[0]
    return frame


def examine_table(path: Path, columns: dict[str, str], most: int) -> tuple[pl.DataFrame, list[ProfileError]]:
    """The same with everything that is wrong instead of the first thing: of each column at most `most` cells."""
    empty = pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
    if not path.is_file():
        return empty, []
    try:
        frame = pl.read_csv(path, infer_schema=False)
    except (pl.exceptions.PolarsError, UnicodeDecodeError) as error:
        unreadable = ProfileError(
            "参考表无法读取", f"the reference table cannot be read: {str(error).partition(chr(10))[0]}", file=path,
            remedy_zh="另存为 UTF-8 编码、逗号分隔的 CSV", remedy_en="save it as CSV with commas, in UTF-8",
        )  # fmt: skip
        return empty, [unreadable]
    if faults := list(_wrong_columns(path, frame.columns, columns)):
        return empty, faults
    first = next(iter(columns))
    lacking = [pl.lit(None, pl.String).alias(name) for name in columns if name not in frame.columns]
    frame = frame.with_columns(lacking).select(list(columns))
    pairs = [(name, f"{name.removesuffix('_zh')}_en") for name in columns if name.endswith("_zh")]
    frame = frame.with_columns(pl.coalesce(zh, en).alias(zh) for zh, en in pairs if zh != first and en in columns)
    return frame, list(_wrong_cells(path, frame, columns, most))


def _wrong_columns(path: Path, present: list[str], columns: dict[str, str]) -> Iterator[ProfileError]:
    first = next(iter(columns))
    if missing := [n for n in columns if n not in present and (n == first or not n.endswith(_LANGUAGES))]:
        yield ProfileError(
            "参考表缺少列", f"the reference table lacks the columns {', '.join(missing)}", file=path,
            remedy_zh="补上缺少的列（值可以为空）", remedy_en="add them; their values may be empty",
        )  # fmt: skip
    if unknown := [name for name in present if name not in columns]:
        yield ProfileError(
            "参考表有不认识的列", f"the reference table has unknown columns: {', '.join(unknown)}", file=path,
            remedy_zh=f"可用的列：{'、'.join(columns)}", remedy_en=f"the columns are: {', '.join(columns)}",
        )  # fmt: skip


def _wrong_cells(path: Path, frame: pl.DataFrame, columns: dict[str, str], most: int) -> Iterator[ProfileError]:
    with duckdb.connect() as scratch:
        scratch.register("incoming", frame.with_row_index("row_no", offset=2).to_arrow())
        for at, (column, kind) in enumerate(columns.items()):
            wrong = f'"{column}" is not null and try_cast("{column}" as {kind}) is null'
            empty_key = f' or "{column}" is null' if at == 0 else ""
            asked = f'select row_no, "{column}" from incoming where {wrong}{empty_key} order by row_no limit {most}'
            for row_no, value in scratch.execute(asked).fetchall():
                yield ProfileError(
                    "参考表的值不对", f"a value of the reference table is not a {kind}", file=path, row=row_no, column=column,
                    value=value, remedy_zh="改正该单元格", remedy_en="mend this cell",
                )  # fmt: skip
