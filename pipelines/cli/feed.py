"""Commands for a city's feeds: `feed list`, `feed fields`, `feed draft`, `feed check`."""

# ruff: noqa: PLC0415  (what is heavy is imported by the command that needs it; see this package's docstring)

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from pipelines.cli.console import MARKS, err, out, print_error, print_json, table
from pipelines.cli.nightly import AsJson, Day
from pipelines.errors import InputError, SetupError
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.onboarding.draft import Draft
    from pipelines.onboarding.dry_run import Tried

app = typer.Typer(help="数据源 / feeds.", no_args_is_help=True, rich_markup_mode=None)

Feed = Annotated[str, typer.Argument(help="数据源 / the feed, e.g. hotline_tickets")]


@app.command("list")
def list_feeds(as_json: AsJson = False) -> None:
    """列出全部数据源及本城市已配置的 / all feeds, and which this city has."""
    from pipelines.city import load_city
    from pipelines.feeds import FEEDS

    settings = Settings()
    city = load_city(settings)
    rows = [
        {
            "feed": name, "zh": feed.title_zh, "en": feed.title_en,
            "state": "broken" if name in city.broken else "configured" if name in city.feeds else None,
            "required": feed.required,
        }
        for name, feed in FEEDS.items()
    ]  # fmt: skip
    if as_json:
        print_json(rows)
        return
    said = {"configured": "已配置 yes", "broken": "有误 broken", None: None}
    header = ("数据源 feed", "中文 Chinese", "英文 English", "已配置 configured")
    shown = [(row["feed"], row["zh"], row["en"], said[row["state"]]) for row in rows]  # type: ignore[index]
    out().print(table(*header, rows=shown, title=f"{city.facts.id} · {city.facts.name_zh}"))


@app.command("fields")
def fields(feed: Feed, as_json: AsJson = False) -> None:
    """一个数据源的字段：类型、必填、代码、参考表 / a feed's fields: type, required, codes, reference table."""
    from pipelines.onboarding.drafting import known_feed
    from pipelines.onboarding.fields import describe
    from pipelines.onboarding.words import Words

    described = describe(known_feed(feed), Words(Settings().cities.absolute()))
    if as_json:
        print_json([vars(one) for one in described])
        return
    console = out()
    for one in described:
        marks = [one.type]
        marks += ["必填 required"] if one.required else []
        marks += (
            [{"key": "主键 key", "event": "业务日期 dates the record", "version": "版本 orders versions"}[one.role]]
            if one.role
            else []
        )
        marks += [f"个人信息 personal: {one.personal}"] if one.personal else []
        marks += ["文中号码会抹去 numbers are struck out"] if one.free_text else []
        marks += [f"参考表 {one.reference}"] if one.reference else []
        marks += [f"单位 units: {', '.join(one.units)}"] if one.units else []
        console.print(f"[bold]{one.field}[/]  {escape(one.zh)} · {escape(one.en)}")
        console.print(f"    {' · '.join(marks)}", markup=False)
        if one.codes:
            console.print("    " + ", ".join(f"{code} {zh}".rstrip() for code, zh in one.codes.items()), markup=False)


@app.command("draft")
def draft(  # noqa: PLR0917  (options of a command)
    feed: Feed,
    files: Annotated[list[Path] | None, typer.Argument(help="样本文件 / sample files")] = None,
    to: Annotated[str | None, typer.Option("--to", help="写到哪里，- 为屏幕 / where to; - prints it")] = None,
    force: Annotated[bool, typer.Option("--force", help="覆盖已有的配置 / replace a profile that is there")] = False,
    url: Annotated[str | None, typer.Option("--url", help="数据库地址 / a database's address")] = None,
    query: Annotated[str | None, typer.Option("--query", help="查询 / the query")] = None,
    cursor: Annotated[str | None, typer.Option("--cursor", help="更新时间列 / the column of the last update")] = None,
) -> None:
    """由样本起草一个数据源的配置 / draft a feed's profile from sample files, or from a query."""
    from pipelines.city import DatabaseSource, load_city
    from pipelines.onboarding.drafting import draft_files, draft_query, profile_path
    from pipelines.onboarding.words import Words
    from pipelines.onboarding.writing import to_toml

    settings = Settings()
    city = load_city(settings)
    words = Words(settings.cities.absolute(), leave_out=city.folder)
    if url and query and cursor:
        source = DatabaseSource(kind="database", url=url, query=query, cursor=cursor)
        made = draft_query(city, feed, source, settings.inbox_dir, words)
    elif files:
        made = draft_files(city, feed, [path.absolute() for path in files], settings.inbox_dir, words)
    else:
        raise InputError(
            "没有样本", "there is no sample", value=feed,
            remedy_zh="给出样本文件；或同时给出 --url、--query、--cursor", remedy_en="name sample files, or --url with --query and --cursor",
        )  # fmt: skip
    text = to_toml(made, words)
    if to == "-":
        typer.echo(text, nl=False)
        _tell_draft(err(), made)
        return
    target = Path(to) if to else profile_path(city, feed)
    if target.exists() and not force:
        raise SetupError(
            "该数据源已有配置", "the feed has a profile already", file=target,
            remedy_zh="用 --to - 只看草稿，或用 --force 覆盖", remedy_en="see the draft with --to -, or replace the file with --force",
        )  # fmt: skip
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
    _tell_draft(out(), made)
    out().print(f"\n{MARKS['ok']} 已写入 / written: {target}")
    for pattern in getattr(made.source, "files", []):
        out().print(
            f"收件箱中的位置 / where the night looks for the files: {settings.inbox_dir}/{pattern}", markup=False
        )
    sample = " ".join(f"'{path}'" for path in files or [])
    if made.is_whole and sample:
        out().print(f"下一步 / next: chengguan feed check {feed} {sample}", markup=False)


def _tell_draft(console: Console, made: "Draft") -> None:
    """Per field: how sure, from which column, with examples that show nothing of a person."""
    from pipelines.feeds import FEEDS
    from pipelines.onboarding.matching import SURE

    rows = [
        (
            "✓ 确定 sure" if one.certainty == SURE else "? 核对 check",
            f"{name} {one.spec.description_zh}",
            escape(" + ".join(one.headers) or f"= {one.keys.get('const')}"),
            escape("、".join(one.examples)),
            escape("; ".join(zh for zh, _ in one.remarks)),
        )
        for name, one in made.placed.items()
    ]
    header = ("把握 certainty", "字段 field", "来源列 column", "例 examples", "说明 remarks")
    console.print(table(*header, rows=rows, title=f"{made.feed} · {made.rows} 行样本 rows of sample"))
    if made.missing:
        said = "、".join(f"{spec.description_zh} {spec.name}" for spec in made.missing)
        console.print(
            f"\n{MARKS['fail']} 必填字段未找到，配置里有填写说明 / required, not found; the profile says what is needed:"
        )
        console.print(f"    {said}", markup=False)
    if left := [spec for name, spec in FEEDS[made.feed].fields.items() if spec.nullable and name not in made.placed]:
        console.print("\n可选字段未找到 / optional, not found:")
        console.print(f"    {'、'.join(f'{spec.description_zh} {spec.name}' for spec in left)}", markup=False)
    if made.unused:
        console.print("\n未用的列，留在保险库 / columns not used, kept in the vault:")
        console.print(f"    {', '.join(made.unused)}", markup=False)


@app.command("check")
def check(
    feed: Feed,
    files: Annotated[list[Path], typer.Argument(help="文件 / files")],
    date: Day = None,
    rows: Annotated[int, typer.Option("--rows", min=0, help="显示几行 / rows to show")] = 5,
    as_json: AsJson = False,
) -> None:
    """试读：能入库多少、为何隔离，不写入任何东西 / dry run: what would be loaded, what not and why; writes nothing."""
    from pipelines.city import load_city
    from pipelines.onboarding.drafting import known_feed
    from pipelines.onboarding.dry_run import try_files
    from pipelines.orchestration.days import chosen_day

    settings = Settings()
    city = load_city(settings)
    day = chosen_day(city, date.date() if date else None)
    tried = try_files(city, known_feed(feed), [path.absolute() for path in files], day, rows)
    if as_json:
        print_json(tried.as_dict())
    else:
        _tell_trial(out(), tried)
    if not tried.loaded:
        raise typer.Exit(InputError.exit_code)


def _tell_trial(console: Console, tried: "Tried") -> None:
    for file in tried.files:
        said = [
            f"{what} {file[key]}"
            for what, key in (("编码 encoding", "encoding"), ("版本 version", "template"))
            if file[key]
        ]
        console.print(f"{MARKS['ok']} {escape(file['file'])}: {file['rows']:,} 行 rows {' · '.join(said)}", markup=True)
    for problem in tried.problems:
        print_error(problem)
    skipped = sum(tried.skipped.values())
    console.print(
        f"读入 read {tried.read:,} = 入库 loaded {tried.loaded:,} + 隔离 quarantined {tried.quarantined:,}；跳过 skipped {skipped:,}"
    )
    if tried.reasons:
        reasons = sorted(tried.reasons.values(), key=lambda one: -one.rows)
        lines: list[tuple[Any, ...]] = [
            (one.rule, one.column, one.rows, escape("; ".join(map(_place, one.examples)))) for one in reasons
        ]
        console.print()
        console.print(table("原因 reason", "字段 field", "行数 rows", "例 examples", rows=lines))
    for found in tried.findings:
        blocks = found["severity"] == "block"
        what = (
            "整批将暂不入库，待人核定 the batch would be held for a person"
            if blocks
            else "整批提示 the batch as a whole"
        )
        console.print(f"{MARKS['fail' if blocks else 'warn']} {what}: ", end="")
        console.print(f"{found['file']}: {found['zh']} / {found['en']}", markup=False)
    console.print()
    console.print(
        "列 columns: " + ", ".join(f"{name} ← {' + '.join(said)}" for name, said in tried.columns.items()), markup=False
    )
    if tried.unknown:
        console.print(f"{MARKS['warn']} 配置没有提到的列 / columns that the profile does not name: ", end="")
        console.print(", ".join(tried.unknown), markup=False)
    if tried.ignored:
        console.print(f"不用的列 / ignored columns: {', '.join(tried.ignored)}", markup=False)
    for row in tried.rows:
        console.print(f"\n{row['file']} : {row['row']}", markup=False)
        console.print(
            "    " + " · ".join(f"{key} {value}" for key, value in row.items() if key not in {"file", "row"}),
            markup=False,
        )


def _place(example: dict[str, Any]) -> str:
    sheet = f"{example['sheet']}!" if example["sheet"] else ""
    value = f" “{example['value']}”" if example["value"] else ""
    return f"{example['file']} {sheet}{example['row']}{value}"
