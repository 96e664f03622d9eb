"""`chengguan releases`: list, roll back, prune."""

# ruff: noqa: PLC0415  (what is heavy is imported by the command that needs it; see this package's docstring)

from typing import Annotated

import typer

from pipelines.cli.console import MARKS, out, print_json, table
from pipelines.cli.nightly import AsJson
from pipelines.settings import Settings

app = typer.Typer(help="发布版 / releases.", no_args_is_help=True, rich_markup_mode=None)


@app.command("list")
def list_all(as_json: AsJson = False) -> None:
    """列出全部发布版，新的在前 / all releases, the newest first."""
    from pipelines.publish.release import list_releases

    found = list_releases(Settings())
    if as_json:
        print_json([info.as_dict() for info in found])
        return
    if not found:
        out().print("还没有发布版；运行 chengguan nightly / no release yet; run chengguan nightly")
        return
    rows = [
        ("→" if info.is_current else "", info.id, info.as_of, info.city, info.created_at_utc, sum(info.tables.values()))
        for info in found
    ]
    out().print(table("", "发布版 release", "业务日 as of", "城市 city", "生成 created (UTC)", "行 rows", rows=rows))


@app.command()
def rollback(
    release: Annotated[
        str | None, typer.Argument(help="发布版；省略则为前一版 / the release; else the one before")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """把某一版设为当前版 / make a release the current one."""
    from pipelines.publish.release import rollback as go_back

    info = go_back(Settings(), release)
    if as_json:
        print_json(info.as_dict())
    else:
        out().print(f"{MARKS['ok']} 当前发布版 / current release: {info.id}")


@app.command()
def prune(
    keep: Annotated[int, typer.Option("--keep", min=3, help="保留几版 / how many stay")] = 3, as_json: AsJson = False
) -> None:
    """删除旧版与中断留下的目录；当前版总是保留 / delete old releases and leftovers, never the current one."""
    from pipelines.publish.release import prune as delete_old

    gone = delete_old(Settings(), keep)
    if as_json:
        print_json({"deleted": gone})
    else:
        out().print(f"{MARKS['ok']} 已删除 / deleted: {', '.join(gone) or '–'}")
