"""Commands that answer: `metrics`, `metric` and `figures` (`explain` stands beside). All ask the current release and nothing else.

Belongs here, too: opening that release, and how a metric's definition is said.
"""

# ruff: noqa: PLC0415  (what is heavy is imported by the command that needs it; see this package's docstring)

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.cli.console import MARKS, out, print_json, table
from pipelines.cli.nightly import AsJson
from pipelines.errors import InputError, SetupError
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.publish.release import ReleaseInfo

Name = Annotated[str, typer.Argument(help="指标名、编号、中文名，或 集市表.列 / a metric's name, code, or mart.column")]
By = Annotated[
    list[str] | None,
    typer.Option(
        "--by", help="分组：day week month quarter year 或维度，逗号分隔 / grains or dimensions, separated by commas"
    ),
]
Where = Annotated[
    list[str] | None,
    typer.Option("--where", help="条件，可多次，如 squad_id=ZD01、month>=2017-01 / a condition; may be repeated"),
]


def released(settings: Settings) -> "ReleaseInfo":
    """The current release. Raises SetupError where there is none yet."""
    from pipelines.publish.release import current_release

    release = current_release(settings)
    if release is None:
        raise SetupError(
            "还没有发布版", "there is no release yet", file=settings.current,
            remedy_zh="先运行 `chengguan nightly`", remedy_en="run `chengguan nightly` first",
        )  # fmt: skip
    return release


@contextmanager
def open_release() -> Iterator[tuple[Any, Any, Any]]:
    """(connection, dictionary, release) of the current release; one connection per command, so that all it says is of one release."""
    import duckdb

    from pipelines.metrics.dictionary import FILE_NAME, Dictionary

    release = released(Settings())
    with duckdb.connect(str(release.path / "serving.duckdb"), read_only=True) as connection:
        connection.execute("set enable_external_access = false")
        yield connection, Dictionary.of_file(release.path / FILE_NAME), release


def list_metrics(as_json: AsJson = False) -> None:
    """列出全部指标 / all metrics."""
    from pipelines.metrics.relations import rows as ask

    with open_release() as (connection, _, _):
        rows = ask(connection, "select * from meta.metrics order by code, metric")
    if as_json:
        print_json(rows)
        return
    shown = [(r["code"], r["metric"], r["name_zh"], r["unit"], r["formula_zh"], r["mart"]) for r in rows]
    out().print(table("编号 code", "指标 metric", "名称 name", "单位 unit", "口径 definition", "集市 mart", rows=shown))


def metric(name: Name, by: By = None, where: Where = None, as_json: AsJson = False) -> None:
    """问一个指标：由 MetricFlow 按唯一定义作答 / ask a metric; MetricFlow answers from its one definition."""
    from pipelines.metrics.conditions import parse_conditions, parse_groups
    from pipelines.metrics.dictionary import FILE_NAME, load_semantics
    from pipelines.metrics.query import Questions
    from pipelines.metrics.relations import why_empty

    with open_release() as (connection, dictionary, release):
        found = _find(connection, dictionary, name)
        groups, conditions = parse_groups(found, by or []), parse_conditions(found, where or [])
        questions = Questions(load_semantics(release.path / FILE_NAME))
        rows = questions.ask(connection, found, groups, conditions)
        told = told_of(connection, found.name)
        why = why_empty(connection, found.numerator.relation)
    if as_json:
        answers = [dict(zip([*groups, "value"], row, strict=True)) for row in rows]
        print_json(
            {
                "metric": told,
                "release": release.id,
                "as_of": release.as_of,
                "where": where or [],
                "rows": answers,
                "why_empty": why,
            }
        )
        return
    print_definition(told, release)
    if why:
        print_why(why)
        return
    headers = [*groups, f"{told['name_zh']} {told['unit'] or ''}".strip()]
    out().print(table(*headers, rows=[(*row[:-1], said(row[-1], told)) for row in rows]))


def figures(
    row: Annotated[str | None, typer.Argument(help="只看一条，如 S067 / one entry only")] = None,
    failing: Annotated[bool, typer.Option("--failing", help="只看不成立的 / only those that do not hold")] = False,
    as_json: AsJson = False,
) -> None:
    """报告复算：每条数字与本库的答案 / the report recomputed, figure by figure."""
    from pipelines.metrics.relations import rows as ask

    with open_release() as (connection, _, release):
        rows = ask(connection, "select * from meta.report_figures order by row_id")
    if row is not None:
        rows = [one for one in rows if one["row_id"] == row]
        if not rows:
            raise InputError(
                f"没有编号 {row}", f"there is no entry {row}", key="ROW", value=row,
                remedy_zh="`chengguan figures` 列出全部", remedy_en="`chengguan figures` lists all of them",
            )  # fmt: skip
    if failing:
        rows = [one for one in rows if one["holds"] is False]
    if as_json:
        print_json({"release": release.id, "as_of": release.as_of, "figures": rows})
    elif row is not None:
        for key, value in rows[0].items():
            if value is not None:
                out().print(f"{key}: {value}", markup=False)
    else:
        shown = [
            (r["row_id"], r["phrase"], f"{_SIGNS[r['qualifier']]}{r['expected']}" if r["expected"] else "", r["value"],
             r["unit_zh"], r["relation"] or r["why_not_zh"], _mark(r["holds"]))
            for r in rows
        ]  # fmt: skip
        headers = ("编号 row", "报告 report", "预期 expected", "本库 ours", "单位 unit", "依据 relation", "成立 holds")
        out().print(table(*headers, rows=shown))
        held, asked = sum(r["holds"] is True for r in rows), sum(r["holds"] is not None for r in rows)
        out().print(f"\n成立 hold: {held} / {asked} · 无法回答 cannot be answered: {len(rows) - asked} · {release.id}")
    if any(one["holds"] is False for one in rows):
        raise typer.Exit(1)


_SIGNS = {"exact": "", "at_least": "≥ ", "almost": "≲ ", "up_to": "≤ ", "rounded": "≈ ", "derived": "≈ ", "none": ""}


def _mark(holds: bool | None) -> str:
    return "–" if holds is None else "✓" if holds else "✗"


def _find(connection: Any, dictionary: Any, asked: str) -> Any:
    """The metric that was asked for, or the one that explains the mart's column that was asked for."""
    from pipelines.metrics.relations import source_of

    source = source_of(connection, asked)
    by = source.by if source else None
    if by and by not in dictionary.metrics:
        raise InputError(
            "这个数字不是记录的合计", "this figure is not a sum of records", key="METRIC", value=asked,
            remedy_zh=f"`chengguan explain {asked}` 列出明细；来源：{by}",
            remedy_en=f"`chengguan explain {asked}` lists what it is made of: {by}",
        )  # fmt: skip
    return dictionary.find(by or asked)


def told_of(connection: Any, name: str) -> dict[str, Any]:
    """The metric's row of the dictionary."""
    from pipelines.metrics.relations import rows

    [told] = rows(connection, "select * from meta.metrics where metric = ?", [name])
    return told


def print_definition(told: dict[str, Any], release: Any) -> None:
    """What a metric means, before its figures."""
    say = out().print
    say(f"[bold]{told['name_zh']} · {told['name_en']}[/]  {told['metric']} {told['code']}")
    say(f"口径 definition: {told['formula_zh']}\n  {told['formula_en']}", markup=False)
    if told["exclusions_zh"]:
        say(f"不计 excluded: {told['exclusions_zh']} / {told['exclusions_en']}", markup=False)
    if told["disputed_definition"]:
        say(f"本市口径 chosen: {told['disputed_definition']} = {told['chosen_definition']}", markup=False)
    if told["minimum_volume"]:
        say(
            f"分母低于 {told['minimum_volume']} 不作比较 / not to be compared below a denominator of {told['minimum_volume']}"
        )
    say(f"依据 source: {told['source']} ({told['strength_zh']} / {told['strength_en']})", markup=False)
    say(
        f"归属日期 dated by: {told['time_anchor']} · 发布版 release: {release.id} · 截至 as of: {release.as_of}\n",
        markup=False,
    )


def print_why(why: dict[str, str]) -> None:
    """Why there is no figure: a bare empty table would leave a reader to guess."""
    out().print(f"{MARKS['skip']} 没有数据 no data: {why['why_zh']} / {why['why_en']}")


def said(value: Any, told: dict[str, Any]) -> Any:
    """A value as a person reads it."""
    if value is None:
        return None
    if told["unit"] == "%":
        return f"{float(value) * 100:.2f} %"
    return f"{value:,.2f}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int | Decimal) else value
