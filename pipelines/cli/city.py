"""Commands for a city's profile: `city new`, `city check`, `city schema`."""

# ruff: noqa: PLC0415  (what is heavy is imported by the command that needs it; see this package's docstring)

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.console import MARKS, out, print_json
from pipelines.cli.nightly import AsJson
from pipelines.errors import ProfileError
from pipelines.settings import TIME_ZONE, Settings

app = typer.Typer(help="城市配置 / a city's profile.", no_args_is_help=True, rich_markup_mode=None)


@app.command("new")
def new(  # noqa: PLR0917  (options of a command)
    name: Annotated[str, typer.Argument(help="小写字母、数字、下划线 / small letters, digits, underscores")],
    name_zh: Annotated[str, typer.Option("--name-zh", help="中文名 / Chinese name")] = "",
    name_en: Annotated[str, typer.Option("--name-en", help="英文名 / English name")] = "",
    time_zone: Annotated[str, typer.Option("--time-zone", help="IANA 时区 / IANA time zone")] = TIME_ZONE,
    country: Annotated[str, typer.Option("--country", help="国家代码 / country code")] = "CN",
    first_day: Annotated[
        dt.datetime | None,
        typer.Option("--first-day", formats=["%Y-%m-%d"], help="数仓的第一天 / the warehouse's first day (YYYY-MM-DD)"),
    ] = None,
    hours: Annotated[
        str, typer.Option("--working-hours", help="办公时间 / office hours, e.g. 09:00-12:00,13:30-18:00")
    ] = "09:00-12:00,13:30-18:00",
) -> None:
    """新建一座城市的配置，立即可用 / write a new city's profile, ready to run."""
    from pipelines.onboarding.new_city import NewCity, create

    settings = Settings()
    # Exports that a new city begins with seldom reach further back; an earlier day costs nothing but must be named.
    first = first_day.date() if first_day else dt.date(dt.date.today().year - 5, 1, 1)
    english = name_en or name.replace("_", " ").title()
    folder = create(settings.cities, NewCity(name, name_zh or english, english, time_zone, country, first, hours))
    console = out()
    console.print(f"{MARKS['ok']} 已建 / made: {folder}", soft_wrap=True)
    console.print("下一步 / next:")
    for step in (
        f"export CHENGGUAN_CITY={name}",
        "chengguan feed list                # 有哪些数据源 / which feeds there are",
        "chengguan feed draft FEED 样本.xlsx  # 由样本起草 / draft one from a sample",
        f"chengguan city check {name}",
    ):
        console.print(f"  {step}", markup=False)


@app.command("check")
def check(
    name: Annotated[str | None, typer.Argument(help="城市，默认当前 / the city; the current one unless named")] = None,
    as_json: AsJson = False,
) -> None:
    """检查整个配置，列出全部问题 / check the whole profile; lists every problem, not only the first."""
    from pipelines.onboarding.checking import examine

    settings = Settings()
    folder = settings.cities.absolute() / (name or settings.city)
    problems = examine(folder)
    if as_json:
        print_json({"city": folder.name, "problems": [problem.as_dict() for problem in problems]})
    elif not problems:
        feeds = len(list((folder / "feeds").glob("*.toml")))
        out().print(f"{MARKS['ok']} {folder.name}: 没有问题 / nothing wrong ({feeds} 个数据源 feeds)")
        if not feeds:
            out().print("还没有数据源 / no feed yet: chengguan feed draft FEED 样本文件 / sample files")
    else:
        for problem in problems:
            _print_problem(problem, folder)
        out().print(f"\n{MARKS['fail']} {len(problems)} 个问题 / problems")
    if problems:
        raise typer.Exit(ProfileError.exit_code)


def _print_problem(problem: ProfileError, folder: Path) -> None:
    where = dict(problem.where)
    file = where.pop("file", "")
    path = Path(file)
    place = path.relative_to(folder).as_posix() if path.is_relative_to(folder) else file
    details = " · ".join(f"{what} {said}" for what, said in where.items())
    console = out()
    console.print(f"{MARKS['fail']} ", end="")
    console.print(f"{place} · {details}" if details else place, markup=False)
    for line in dict.fromkeys((problem.zh, problem.en)):
        console.print(f"    {line}", markup=False)
    console.print(f"    处理 remedy: {problem.remedy_zh} / {problem.remedy_en}", markup=False)


@app.command("schema")
def schema(
    to: Annotated[Path | None, typer.Option("--to", help="写入的文件夹 / the folder to write into")] = None,
) -> None:
    """生成编辑器用的 JSON Schema / write the JSON Schemas by which editors complete and check."""
    from pipelines.onboarding.schema import write_schemas

    for path in write_schemas(to or Settings().cities.absolute() / "schema"):
        out().print(f"{MARKS['ok']} {path}")
