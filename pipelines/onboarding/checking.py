"""`chengguan city check` without the command line: everything that is wrong with a profile, not only the first thing.

Belongs here: walking through all files of a city, and what only shows when they are held against each other. What one file may say is decided
by its tables (`pipelines.city`, `pipelines.landing.reference`).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import polars as pl
from pydantic import ValidationError

from pipelines.city import City, CityProfile, FeedProfile, parse
from pipelines.city.problems import problems_of
from pipelines.errors import ProfileError
from pipelines.feeds import FEEDS, Field
from pipelines.landing.calendar import OWN_DAYS, calendar
from pipelines.landing.geometry import LEVELS, examine_map
from pipelines.landing.reference import TABLES
from pipelines.landing.reference_files import examine_table
from pipelines.strict import Strict

Parsed = TypeVar("Parsed", bound=Strict)
Tables = dict[str, pl.DataFrame]

#: As many cells, or values, of one column as are named.
CELLS = 5
#: {(table, column): (table, column) in which its values must stand}
RELATIONS: dict[tuple[str, str], tuple[str, str]] = {
    ("squad_areas", "squad_id"): ("squads", "squad_id"),
    ("squad_areas", "street_code"): ("streets", "street_code"),
    ("grids", "street_code"): ("streets", "street_code"),
    ("departments", "squad_id"): ("squads", "squad_id"),
    ("departments", "parent_code"): ("departments", "unit_code"),
    ("sla_rules", "class_code"): ("event_classes", "class_code"),
    ("law_articles", "power_domain"): ("power_domains", "power_domain"),
}


def examine(folder: Path) -> list[ProfileError]:
    """Every problem of a city's folder, file by file. Raises ProfileError where there is no city."""
    if not (folder / "city.toml").is_file():
        raise ProfileError(
            f"找不到城市“{folder.name}”的配置", f"there is no profile for the city '{folder.name}'", file=folder / "city.toml",
            remedy_zh=f"新建：chengguan city new {folder.name}", remedy_en=f"make one: chengguan city new {folder.name}",
        )  # fmt: skip
    found: list[ProfileError] = []
    city = _read(folder / "city.toml", CityProfile, found)
    if city is not None:
        found += _city(folder, city)
    tables = _tables(folder / "reference", found)
    found += _relations(folder / "reference", tables)
    for level, key in LEVELS.items():
        country = city.city.country if city else ""
        found += examine_map(folder / "reference" / f"{level}.geojson", set(tables[level][key]), country, most=CELLS)[1]
    seen: dict[str, Path] = {}
    for path in sorted((folder / "feeds").glob("*.toml")):
        feed = _read(path, FeedProfile, found)
        if feed is None:
            continue
        if feed.feed in seen:
            found.append(
                ProfileError(
                    f"数据源 {feed.feed} 有两份配置", f"the feed {feed.feed} has two profiles", file=path, key="feed",
                    value=seen[feed.feed].name, remedy_zh="每个数据源只保留一个文件", remedy_en="keep one file a feed",
                )
            )  # fmt: skip
        seen.setdefault(feed.feed, path)
        found += _feed(path, feed, tables)
    return found


def _read(path: Path, model: type[Parsed], found: list[ProfileError]) -> Parsed | None:
    """The file's table; its problems go to `found`, one each."""
    try:
        return parse(path, model)
    except ProfileError as error:
        if not isinstance(error.__cause__, ValidationError):
            found.append(error)
            return None
        example = "cities/changji 是完整的样例", "cities/changji is a complete example"
        for problem in problems_of(error.__cause__):
            found.append(
                ProfileError(
                    problem.zh, problem.en, file=path, key=problem.key, value=problem.value,
                    remedy_zh=f"改正该键；{example[0]}", remedy_en=f"mend this key; {example[1]}",
                )
            )  # fmt: skip
        return None


def _city(folder: Path, city: CityProfile) -> Iterator[ProfileError]:
    if city.city.id != folder.name:
        yield ProfileError(
            "城市标识与文件夹名不一致", "the city's id differs from the name of its folder", file=folder / "city.toml",
            key="city.id", value=city.city.id, remedy_zh=f"改为 {folder.name}", remedy_en=f"make it {folder.name}",
        )  # fmt: skip
    try:
        calendar(City(folder, city, {}))
    except ProfileError as problem:
        yield problem


def _tables(folder: Path, found: list[ProfileError]) -> Tables:
    tables: Tables = {}
    for name, columns in TABLES.items():
        tables[name], faults = examine_table(folder / f"{name}.csv", columns, most=CELLS)
        found += faults
    for path in sorted(folder.glob("*.csv")):
        if path.stem not in TABLES and path.name != OWN_DAYS:
            found.append(
                ProfileError(
                    "没有这张参考表", "there is no such reference table", file=path, value=path.stem,
                    remedy_zh=f"改名或移走；参考表有：{'、'.join(TABLES)}", remedy_en=f"rename it or take it away; the tables are: {', '.join(TABLES)}",
                )
            )  # fmt: skip
    return tables


def _relations(folder: Path, tables: Tables) -> Iterator[ProfileError]:
    for (table, column), (other, key) in RELATIONS.items():
        known = set(tables[other][key].drop_nulls())
        rows = tables[table].with_row_index("row_no", offset=2).filter(pl.col(column).is_not_null())
        wrong = rows.filter(~pl.col(column).is_in(list(known)))
        for value, row_no, count in (
            wrong.group_by(column).agg(pl.min("row_no"), pl.len()).sort("row_no").head(CELLS).iter_rows()
        ):
            yield ProfileError(
                f"{other}.csv 中没有这个值（共 {count} 行）", f"{other}.csv has no such value ({count} rows)",
                file=folder / f"{table}.csv", row=row_no, column=column, value=value,
                remedy_zh=f"改正，或在 reference/{other}.csv 的 {key} 中补上", remedy_en=f"mend it, or add it to {key} of reference/{other}.csv",
            )  # fmt: skip


def _feed(path: Path, profile: FeedProfile, tables: Tables) -> Iterator[ProfileError]:
    """What a feed says that the reference tables do not bear out."""
    fields = FEEDS[profile.feed].fields
    for name, column in profile.columns.items():
        spec = fields[name]
        if column.map_reference:
            yield from _crosswalk(path, name, column.map_reference, spec, tables)
        for table, key in _places(spec, fields):
            given = {"const": [column.const], "map": column.map.values(), "otherwise": [column.otherwise]}
            known = set(tables[table][key].drop_nulls())
            for what, values in given.items() if known else ():
                if wrong := [value for value in values if value is not None and value not in known]:
                    yield ProfileError(
                        f"参考表 {table}.csv 中没有这个值", f"the reference table {table}.csv has no such value", file=path,
                        key=f"columns.{name}.{what}", value=", ".join(wrong),
                        remedy_zh=f"改正，或在 {table}.csv 的 {key} 中补上", remedy_en=f"mend it, or add it to {key} of {table}.csv",
                    )  # fmt: skip


def _crosswalk(path: Path, name: str, said: str, spec: Field, tables: Tables) -> Iterator[ProfileError]:
    table, _, column = said.partition(".")
    key = spec.reference_columns[-1] if spec.reference_columns else name

    def problem(zh: str, en: str, remedies: tuple[str, str]) -> ProfileError:
        return ProfileError(
            zh,
            en,
            file=path,
            key=f"columns.{name}.map_reference",
            value=said,
            remedy_zh=remedies[0],
            remedy_en=remedies[1],
        )

    if table not in TABLES:
        yield problem(
            "没有这张参考表",
            f"there is no reference table '{table}'",
            (f"可用：{'、'.join(TABLES)}", f"the tables are: {', '.join(TABLES)}"),
        )
    elif column not in TABLES[table] or key not in TABLES[table]:
        columns = ", ".join(TABLES[table])
        lacking = column if column not in TABLES[table] else key
        yield problem(
            f"参考表没有列 {lacking}",
            f"the reference table has no column '{lacking}'",
            (f"可用：{columns}", f"the columns are: {columns}"),
        )
    elif tables[table].is_empty():
        yield problem(
            f"reference/{table}.csv 没有行，所有值都会被隔离", f"reference/{table}.csv has no row, so every value would go to quarantine",
            (f"填写 {table}.csv，或去掉 map_reference", f"fill {table}.csv, or take map_reference out"),
        )  # fmt: skip


def _places(spec: Field, fields: dict[str, Field]) -> Iterator[tuple[str, str]]:
    """The (table, column)s in which a field's values must stand: its own reference, and those that it is the first part of."""
    if spec.reference_table:
        yield spec.reference_table, spec.reference_columns[-1]
    for other in fields.values():
        if other.reference_table and spec.name in other.reference_columns[:-1]:
            yield other.reference_table, spec.name
