"""A CSV file of a city's reference folder, read strictly: its columns, the types of its values, and names in either language.

Belongs here: files. Which tables there are and what becomes of them stands in `reference`, the holidays' file in `calendar`.
"""

from pathlib import Path

import duckdb
import polars as pl

from pipelines.city import City
from pipelines.errors import ProfileError
from pipelines.landing.store import first_row

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
    empty = pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
    if not path.is_file():
        return empty
    frame = pl.read_csv(path, infer_schema=False)
    first = next(iter(columns))
    if missing := [n for n in columns if n not in frame.columns and (n == first or not n.endswith(_LANGUAGES))]:
        raise ProfileError(
            "参考表缺少列", f"the reference table lacks the columns {', '.join(missing)}", file=path,
            remedy_zh="补上缺少的列（值可以为空）", remedy_en="add them; their values may be empty",
        )  # fmt: skip
    if unknown := [name for name in frame.columns if name not in columns]:
        raise ProfileError(
            "参考表有不认识的列", f"the reference table has unknown columns: {', '.join(unknown)}", file=path,
            remedy_zh=f"可用的列：{'、'.join(columns)}", remedy_en=f"the columns are: {', '.join(columns)}",
        )  # fmt: skip
    lacking = [pl.lit(None, pl.String).alias(name) for name in columns if name not in frame.columns]
    frame = frame.with_columns(lacking).select(list(columns))
    pairs = [(name, f"{name.removesuffix('_zh')}_en") for name in columns if name.endswith("_zh")]
    frame = frame.with_columns(pl.coalesce(zh, en).alias(zh) for zh, en in pairs if zh != first and en in columns)
    with duckdb.connect() as scratch:
        scratch.register("incoming", frame.with_row_index("row_no", offset=2).to_arrow())
        for at, (column, kind) in enumerate(columns.items()):
            wrong = f'"{column}" is not null and try_cast("{column}" as {kind}) is null'
            empty_key = f' or "{column}" is null' if at == 0 else ""
            row = first_row(scratch, f'select row_no, "{column}" from incoming where {wrong}{empty_key} limit 1')
            if row:
                raise ProfileError(
                    "参考表的值不对", f"a value of the reference table is not a {kind}", file=path, row=row[0], column=column,
                    value=row[1], remedy_zh="改正该单元格", remedy_en="mend this cell",
                )  # fmt: skip
    return frame
