"""Commands about batches that were held back as a whole: `batches list`, `accept`, `reject`."""

# ruff: noqa: PLC0415  (what is heavy is imported by the command that needs it; see this package's docstring)

from typing import Annotated

import typer
from rich.markup import escape

from pipelines.cli.console import MARKS, out, print_json
from pipelines.cli.nightly import AsJson
from pipelines.settings import Settings

app = typer.Typer(help="整批待定的数据 / batches held back.", no_args_is_help=True, rich_markup_mode=None)

BatchId = Annotated[str, typer.Argument(help="批次号（前几位即可）/ the batch's id, or its beginning")]
By = Annotated[str, typer.Option("--by", help="谁决定 / who decides")]
Why = Annotated[str, typer.Option("--why", help="理由 / why")]


@app.command("list")
def list_batches(as_json: AsJson = False) -> None:
    """列出待定批次及原因 / held batches with their findings."""
    from pipelines.quality.held import list_held

    waiting = list_held(Settings())
    if as_json:
        print_json(waiting)
        return
    if not waiting:
        out().print(f"{MARKS['ok']} 没有待定的批次 / no batch is held back")
    for one in waiting:
        said = f" · {one['decision']}" if one["decision"] else ""
        out().print(
            f"{one['batch_id'][:12]} · {one['feed']} · {one['source']} · {one['held_for_on']} · {one['rows_read']} 行 rows{said}",
            markup=False,
        )
        for finding in one["findings"] or []:
            out().print(f"  {finding['zh']}\n  {finding['en']}", markup=False)


@app.command("accept")
def accept(batch: BatchId, by: By, why: Why) -> None:
    """数据无误，下次夜间作业照常入库 / it is right: the next night loads it."""
    _decide(batch, "accept", by, why)


@app.command("reject")
def reject(batch: BatchId, by: By, why: Why) -> None:
    """数据有误，不再读入该文件 / it is wrong: this file is left out for good."""
    _decide(batch, "reject", by, why)


def _decide(batch: str, decision: str, by: str, why: str) -> None:
    from pipelines.quality.held import decide

    told = decide(Settings(), batch, decision, by, why)
    out().print(f"{MARKS['ok']} {told['batch_id'][:12]} {decision}: {escape(told['source'])}")
