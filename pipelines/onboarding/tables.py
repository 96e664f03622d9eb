"""What each reference table is for, in a sentence, and the README of a city's `reference/` folder.

Belongs here: words for people. The tables' columns and types stand in `pipelines.landing.reference`.
"""

from pipelines.feeds import FEEDS
from pipelines.landing.calendar import OWN_COLUMNS, OWN_DAYS
from pipelines.landing.geometry import LEVELS
from pipelines.landing.reference import TABLES

#: {table: (Chinese, English)}, in the order in which a city should fill them.
PURPOSES: dict[str, tuple[str, str]] = {
    "streets": ("街道、乡镇。最先填写：按街道的统计都靠它", "Streets and townships. Fill this first: all figures by street rest on it"),
    "squads": ("执法中队", "Squads"),
    "squad_areas": ("中队管哪些街道、从何时到何时（valid_to 为不再管的第一天）", "Which squad has which street, from when until when (valid_to is the first day it no longer has it)"),
    "departments": ("处置部门；is_bureau 为本局自己的单位", "Units that handle cases; is_bureau marks the bureau's own"),
    "event_classes": ("部件、事件的大类小类", "Classes of components and events"),
    "sla_rules": ("各小类的处置时限", "Time limits of the classes"),
    "grids": ("单元网格", "Unit grids"),
    "evaluation_weights": ("考核指标的权重", "Weights of the indicators"),
    "evaluation_bands": ("分档与等级", "Bands of scores and grades"),
    "power_domains": ("处罚权领域", "Domains of the power to punish"),
    "law_articles": ("法条", "Articles of law"),
    "law_limits": ("法定时限；没有此表则用全国通用的", "Limits set by law; without this table the country's are used"),
}  # fmt: skip


_TYPES = {
    "varchar": "文字 text", "date": "日期 date, 2024-01-31", "boolean": "true / false", "double": "数字 number",
    "bigint": "整数 whole number", "integer": "整数 whole number",
}  # fmt: skip


def reference_readme() -> str:
    """The README: each table, what it is for, its columns and types, and which feeds look into it."""
    lines = [
        "# 参考表 · Reference tables",
        "",
        "每张表一个 CSV（UTF-8，逗号分隔），列名如下，一列都不能少，值可以为空（标 * 的除外）。没有的表按空表处理，不影响运行。",
        "One CSV a table (UTF-8, commas), with all of these columns; values may be empty but for those marked *. A table that is not here is empty, and nothing fails.",
        "",
    ]
    for name in sorted(TABLES, key=lambda table: list(PURPOSES).index(table)):
        zh, en = PURPOSES[name]
        lines += [f"## {name}.csv", "", f"{zh}。", f"{en}.", ""]
        key = next(iter(TABLES[name]))
        lines += [
            f"- `{column}`{'*' if column == key else ''} {_TYPES.get(kind, '数字 number')}"
            for column, kind in TABLES[name].items()
        ]
        if users := [
            feed.name for feed in FEEDS.values() if any(f.reference_table == name for f in feed.fields.values())
        ]:
            lines += ["", f"被引用 used by: {', '.join(users)}"]
        lines.append("")
    lines += [
        f"## {OWN_DAYS}", "", "本地的假日、停班日、调休上班日；高于国家的日历。", "Local holidays, closings and make-up workdays; they stand above the country's calendar.",
        "", *(f"- `{column}` {_TYPES[kind]}" for column, kind in OWN_COLUMNS.items()), "",
        *(f"## {level}.geojson\n\n地图（可无）：每个 `{key}` 一个 Polygon 或 MultiPolygon，WGS84 或 CGCS2000，经度在前。\n"
          f"The map, if there is one: a Polygon or MultiPolygon for each `{key}`, WGS 84 or CGCS 2000, longitude first.\n"
          for level, key in LEVELS.items()),
    ]  # fmt: skip
    return "\n".join(lines)


def empty_table(name: str) -> str:
    """A table's header line."""
    return ",".join(TABLES[name]) + "\n"
