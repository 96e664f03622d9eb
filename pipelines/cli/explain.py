"""The command `explain`: from a figure of the current release to the records behind it, with source file, sheet and row.

A figure is a metric, or a column of a mart: then a metric explains it, or the evaluation's cases do, or a relation's rows.
"""

# ruff: noqa: PLC0415  (what is heavy is imported by the command that needs it; see this package's docstring)

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.cli.console import MARKS, out, print_json, table
from pipelines.cli.metrics import By, Name, Where, open_release, print_definition, print_why, said, told_of
from pipelines.cli.nightly import AsJson
from pipelines.errors import InputError
from pipelines.settings import Settings

#: Beside a record: when, and by which rule, its landing copy was removed.
_REMOVED = ("landing_removed_on", "landing_removed_by")

To = Annotated[Path | None, typer.Option("--to", help="全部记录写入文件 .xlsx .csv .json / all records into a file")]
Limit = Annotated[int, typer.Option("--limit", min=0, help="屏上显示几条记录 / records shown")]


def explain(  # noqa: PLR0917  (options of a command)
    name: Name,
    by: By = None,
    where: Where = None,
    to: To = None,
    limit: Limit = 10,
    as_json: AsJson = False,
) -> None:
    """一个数字从哪里来：定义、分子分母、背后的记录及其来源文件和行号 / where a figure comes from, down to source file and row."""
    from pipelines.metrics.evaluation import MARTS
    from pipelines.metrics.relations import source_of

    asked = _Asked(name, by or [], where or [], to, limit, as_json)
    with open_release() as (connection, dictionary, release):
        source = source_of(connection, name)
        if source is None or source.by in dictionary.metrics:
            _of_metric(connection, dictionary.find(source.by if source else name), release, asked)
        elif source.mart in MARTS:
            _of_evaluation(connection, source.mart, release, asked.without_groups(source.mart))
        else:
            _of_column(connection, source, release, asked.without_groups(source.by))


class _Asked:
    """What the command was given, and how its answer goes out."""

    def __init__(  # noqa: PLR0917
        self, name: str, by: Sequence[str], where: Sequence[str], to: Path | None, limit: int, as_json: bool
    ) -> None:
        self.name, self.by, self.where, self.to, self.limit, self.as_json = name, by, where, to, limit, as_json

    @property
    def rows_wanted(self) -> int | None:
        return None if self.to else self.limit

    def without_groups(self, relation: str) -> "_Asked":
        if self.by:
            raise InputError(
                f"{relation} 的明细不能分组", f"the rows of {relation} are listed one by one and not in groups", key="--by",
                value=",".join(self.by), remedy_zh="去掉 --by，用 --where 缩小范围", remedy_en="leave out --by and narrow it with --where",
            )  # fmt: skip
        return self

    def write(self, release: Any, columns: Sequence[str], records: Sequence[Any], told: Mapping[str, Any]) -> None:
        from pipelines.metrics.export import write_file

        if self.to:
            about = [("release", release.id), ("as_of", release.as_of), ("where", "; ".join(self.where)), *told.items()]
            write_file(self.to, columns, records, about)

    def tell(self, columns: Sequence[str], records: Sequence[Any], total: int) -> None:
        """The records on the screen, or where they were written to."""
        out().print(f"\n背后的记录 records behind it: {total:,}")
        if self.to:
            out().print(f"{MARKS['ok']} 已写入 written: {self.to}")
            return
        for record in records:
            _print_record(dict(zip(columns, record, strict=True)))
        if total > len(records):
            out().print("全部记录 all of them: --to records.xlsx")


def _of_metric(connection: Any, found: Any, release: Any, asked: _Asked) -> None:
    from pipelines.metrics.conditions import parse_conditions, parse_groups
    from pipelines.metrics.explain import explain as explained
    from pipelines.metrics.relations import why_empty

    groups, conditions = parse_groups(found, asked.by), parse_conditions(found, asked.where)
    result = explained(connection, found, groups, conditions, asked.rows_wanted)
    columns, records = _with_copies(result.columns, result.records)
    told = told_of(connection, found.name)
    why = why_empty(connection, found.numerator.relation)
    parts = ["分子 numerator", "分母 denominator", "比率 ratio"] if found.denominator else ["合计 sum"]
    asked.write(release, columns, records, told)
    if asked.as_json:
        figures = [dict(zip([*groups, *(p.split()[1] for p in parts)], row, strict=True)) for row in result.figures]
        print_json({"metric": told, "release": release.id, "as_of": release.as_of, "figures": figures,
                    "records": _dicts(columns, records[: asked.limit]),
                    "total_records": result.total_records, "file": asked.to, "why_empty": why})  # fmt: skip
        return
    print_definition(told, release)
    if why:
        print_why(why)
        return
    shown = [(*row[:-1], said(row[-1], told) if found.denominator else row[-1]) for row in result.figures]
    out().print(table(*groups, *parts, rows=shown))
    asked.tell(columns, records, result.total_records)


def _of_evaluation(connection: Any, mart: str, release: Any, asked: _Asked) -> None:
    from pipelines.metrics.evaluation import explain_figure

    found = explain_figure(connection, mart, asked.where, asked.rows_wanted)
    row, indicator, listing = found.row, found.indicator, found.listing
    columns, records = _with_copies(listing.columns, listing.records)
    asked.write(release, columns, records, row)
    if asked.as_json:
        print_json({"mart": mart, "release": release.id, "as_of": release.as_of, "figure": row, "indicator": indicator,
                    "recomputed": found.recomputed, "agrees": found.agrees,
                    "records": _dicts(columns, records[: asked.limit]),
                    "total_records": listing.total, "file": asked.to})  # fmt: skip
        return
    say = out().print
    say(
        f"[bold]{indicator['name_zh']}[/]  {indicator['indicator']} · {row['period_id']} · {row['object_type']} {row['object_id']}"
    )
    say(f"口径 definition: {_formula(indicator)}", markup=False)
    for label, side in (("分子 numerator", "numerator"), ("分母 denominator", "denominator")):
        if count := indicator[side]:
            words = f"{count['zh']} / {count['en']}" if count["is_known"] else "来源不提供 / no source tells it"
            say(f"{label}: {count['name']} — {words}", markup=False)
    if row.get("definition"):
        say(f"本市口径 chosen: {row['definition']}", markup=False)
    frozen = f" · 冻结 frozen: {row['frozen_on']}" if row["frozen_on"] else ""
    say(f"发布版 release: {release.id} · 截至 as of: {release.as_of}{frozen}\n", markup=False)
    measures = [name for name in row if name.endswith(("numerator", "denominator", "score", "grade"))]
    say(table(*measures, rows=[[row[name] for name in measures]]))
    if found.recomputed:
        again = " · ".join(f"{name} {value}" for name, value in found.recomputed.items() if value is not None)
        say(f"由明细重算 recomputed from what follows: {again or '–'} {MARKS['ok' if found.agrees else 'warn']}")
    if not found.agrees:
        say(
            "与集市不一致：冻结后记录或权重有变，而当时的状态没有保留 / "
            "not the same: records or weights have changed since the freezing, and how they stood was not kept"
        )
    asked.tell(columns, records, listing.total)


def _formula(indicator: Mapping[str, Any]) -> str:
    above, below = ((indicator[side] or {}).get("name") for side in ("numerator", "denominator"))
    if indicator["kind"] == "composite":
        return "Σ 权重 × 得分 ÷ Σ 权重 / sum of weight × score over sum of weights"
    if indicator["kind"] == "count":
        return str(above)
    score = {True: "; 得分 score = 100 × (1 − 率 rate)", False: "; 得分 score = 100 × 率 rate"}.get(
        indicator["is_inverse"], ""
    )
    return f"{above} ÷ {below}{score}"


def _of_column(connection: Any, source: Any, release: Any, asked: _Asked) -> None:
    from pipelines.metrics.relations import Listing, behind, why_empty

    found = behind(connection, source, asked.where, asked.rows_wanted)
    listing = found.records or Listing([], [], 0)
    columns, records = _with_copies(listing.columns, listing.records)
    told = {"figure": asked.name, "relation": source.by, "definition": found.says, "counted": source.only_if}
    why = why_empty(connection, source.by)
    asked.write(release, columns, records, told)
    if asked.as_json:
        print_json({**told, "release": release.id, "as_of": release.as_of, "where": asked.where, "narrows_figures_only": found.apart,
                    "figures": _dicts(found.figures.columns, found.figures.records[: asked.limit]), "total_figures": found.figures.total,
                    "records": _dicts(columns, records[: asked.limit]),
                    "total_records": listing.total, "file": asked.to, "why_empty": why})  # fmt: skip
        return
    say = out().print
    say(f"[bold]{asked.name}[/]  " + found.says.replace("\n", " / "))
    made = "由其记录得出 made of the rows of" if found.records else "说明 what it is:"
    say(f"{made} {source.by}" + (f" · 计入 counted: {source.only_if}" if source.only_if else ""), markup=False)
    say(f"发布版 release: {release.id} · 截至 as of: {release.as_of}", markup=False)
    if why:
        print_why(why)
        return
    say(f"\n数字 figures: {found.figures.total:,}")
    for record in found.figures.records[: asked.limit]:
        _print_record(dict(zip(found.figures.columns, record, strict=True)))
    if found.apart:
        say(
            f"以下条件只筛选数字，明细没有这些列 / these conditions narrow the figures only, the records have no such column: {', '.join(found.apart)}"
        )
    if found.records:
        asked.tell(columns, records, listing.total)


def _with_copies(columns: Sequence[str], records: Sequence[Sequence[Any]]) -> tuple[list[str], list[tuple[Any, ...]]]:
    """The records, and beside each whether its landing copy still stands. A release cannot tell: retention runs after it."""
    if "source_batch" not in columns:
        return list(columns), [tuple(record) for record in records]
    from pipelines.landing.removed import copies_removed

    at, gone = columns.index("source_batch"), copies_removed(Settings())
    removals = (gone.get(record[at]) for record in records)
    said = [(one.removed_for_on, one.rule) if one else (None, None) for one in removals]
    return [*columns, *_REMOVED], [(*record, *more) for record, more in zip(records, said, strict=True)]


def _dicts(columns: Sequence[str], records: Iterable[Sequence[Any]]) -> list[dict[str, Any]]:
    return [dict(zip(columns, record, strict=True)) for record in records]


def _print_record(facts: dict[str, Any]) -> None:
    """Where it stands, and below it what it says."""
    source = [facts.pop(key, None) for key in ("source_file", "source_sheet", "source_row", "source_batch")]
    source[-1] = source[-1] and source[-1][:12]
    day, rule = (facts.pop(key, None) for key in _REMOVED)
    where_it_is = " · ".join(f"{label} {value}".strip() for label, value in
                             zip(("", "表 sheet", "行 row", "批 batch"), source, strict=True) if value is not None)  # fmt: skip
    if day:
        where_it_is += f"\n  落地副本已于 {day} 按保存期限删除（{rule}） / its landing copy was removed on {day} by retention ({rule})"
    words = "  ".join(f"{key}={value}" for key, value in facts.items() if value is not None)
    out().print(f"{where_it_is}\n  {words}" if where_it_is else words, markup=False)
