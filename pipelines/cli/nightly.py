"""Commands that bring records in: `simulate`, `nightly`, `ingest`."""

# ruff: noqa: PLC0415  (what is heavy is imported by the command that needs it; see this package's docstring)

import datetime as dt
from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.cli.console import MARKS, err, out, print_error, print_json, put_aside, table
from pipelines.settings import Settings

Day = Annotated[
    dt.datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help="业务日 / business day (YYYY-MM-DD)")
]
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON")]
City = Annotated[str | None, typer.Option("--city", help="城市 / the city's profile")]


def simulate(
    cases: Annotated[int | None, typer.Option("--cases", min=1, help="平台案件数 / platform cases")] = None,
    seed: Annotated[int, typer.Option("--seed", help="随机种子，同种子同结果 / same seed, same city")] = 2017,
    as_of: Annotated[
        dt.datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="到哪一天为止 / up to this day")
    ] = None,
) -> None:
    """在收件箱写入一座模拟城市的来源数据 / write a simulated city's sources into the inbox."""
    from pipelines.simulator import CALIBRATED_ON
    from pipelines.simulator import simulate as write_sources

    settings = Settings()
    with err().status("正在生成 / simulating …"):
        truth = write_sources(
            settings.inbox_dir, seed=seed, cases=cases, as_of=as_of.date() if as_of else CALIBRATED_ON
        )
    said = f"{len(truth.files)} 个来源文件 source files, {truth.as_of}, seed {truth.seed}"
    out().print(f"{MARKS['ok']} 已写入 / written: {settings.inbox_dir} ({said})")


def nightly(
    city: City = None,
    date: Day = None,
    as_json: AsJson = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="显示 Dagster 日志 / show Dagster's log")] = False,
) -> None:
    """运行一夜：读入、检查、建模、发布 / run a night: in, checks, models, release."""
    from pipelines.cli.progress import Progress, print_summary

    settings = Settings()
    if city:
        settings = settings.model_copy(update={"city": city})
    log = None if verbose else settings.dagster_home / "night.log"
    results = out()
    with Progress(err(), quiet=as_json) as progress, put_aside(log):
        from pipelines.orchestration.night import run_night

        report = run_night(settings, date.date() if date else None, progress.tell)
    if as_json:
        print_json(report.as_dict())
    else:
        print_summary(results, settings, report)
    raise typer.Exit(report.exit_code)


def ingest(
    feed: Annotated[str, typer.Argument(help="数据源 / the feed, e.g. hotline_tickets")],
    files: Annotated[list[Path], typer.Argument(help="文件 / files")],
    date: Day = None,
    as_json: AsJson = False,
) -> None:
    """只读入所给文件，不建模 / load these files only; models wait for the night."""
    from pipelines.city import load_city
    from pipelines.landing.ingest import ingest_feed
    from pipelines.orchestration.clock import check_clock
    from pipelines.orchestration.days import chosen_day
    from pipelines.orchestration.home import guard_city

    settings = Settings()
    profile = load_city(settings)
    guard_city(settings, profile)
    day = chosen_day(profile, date.date() if date else None)
    check_clock(settings, day, by_clock=date is None and profile.facts.default_as_of is None)
    result = ingest_feed(settings, profile, feed, day, [path.absolute() for path in files])
    if as_json:
        batches: list[dict[str, Any]] = [vars(batch) for batch in result.batches]
        print_json({"feed": feed, "as_of": day, "batches": batches, "known": result.files_known,
                    "problems": [problem.as_dict() for problem in result.problems]})  # fmt: skip
    else:
        rows = [
            (b.source, b.rows_read, b.rows_loaded, b.rows_quarantined, b.rows_superseded, b.batch_id[:8])
            for b in result.batches
        ]
        if rows:
            out().print(
                table(
                    "来源 source",
                    "读入 read",
                    "入库 loaded",
                    "隔离 quarantined",
                    "替换 superseded",
                    "批 batch",
                    rows=rows,
                )
            )
        if result.files_known:
            out().print(f"{MARKS['skip']} {result.files_known} 个文件以前已读入 / loaded before")
        for problem in result.problems:
            print_error(problem)
    if result.problems:
        raise typer.Exit(result.problems[0].exit_code)
