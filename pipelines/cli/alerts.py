"""Commands about alerts: `alerts list`, `alerts test`."""

# ruff: noqa: PLC0415  (what is heavy is imported by the command that needs it; see this package's docstring)

from typing import Annotated

import typer

from pipelines.cli.console import MARKS, out, print_error, print_json
from pipelines.cli.nightly import AsJson
from pipelines.settings import Settings

app = typer.Typer(help="告警 / alerts.", no_args_is_help=True, rich_markup_mode=None)


@app.command("list")
def list_incidents(
    closed: Annotated[bool, typer.Option("--closed", help="也列出已恢复的 / also those that are over")] = False,
    as_json: AsJson = False,
) -> None:
    """列出未恢复的问题及下一步 / open incidents, and what to run next."""
    from pipelines.alerts.messages import NAMES, commands
    from pipelines.alerts.review import book_of

    book = book_of(Settings())
    shown = book.incidents if closed else book.open
    if as_json:
        print_json({"incidents": [vars(incident) for incident in shown], "silent": book.silent})
        return
    if not shown:
        out().print(f"{MARKS['ok']} 没有未恢复的问题 / nothing is wrong")
    for one in shown:
        # Lines and not a table: commands do not fit into a column of a terminal.
        over = f" · 恢复 over {one.closed_for}" if one.closed_for else ""
        out().print(
            f"{' '.join(NAMES[one.kind])}: {one.subject}\n"
            f"  自 since {one.opened_for} · 最近 last {one.last_seen_for} · {one.times} 次 times{over}",
            markup=False,
        )
        for command in [] if one.closed_for else commands(one):
            out().print(f"    {command}", markup=False)
    for channel, since in book.silent.items():
        out().print(f"{MARKS['warn']} 通道未送达 channel that takes nothing: {channel} ({since} UTC)")


@app.command("test")
def test() -> None:
    """向每个通道发送测试消息 / send a test message to every channel."""
    from pipelines.alerts import channels
    from pipelines.alerts.messages import trial

    settings = Settings()
    named = channels.channels_of(settings)
    if not named:
        raise channels.no_channel()
    failed = 0
    for channel in named:
        try:
            channels.send(channel, trial(settings.city))
            out().print(f"{MARKS['ok']} {channel.name}: 已送达 / delivered")
        except channels.Undelivered as problem:
            failed = problem.exit_code
            print_error(problem)
    raise typer.Exit(failed)
