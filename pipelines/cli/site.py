"""`chengguan site`: the pages of a release, made anew into a folder. A release itself is immutable and keeps the pages it was published with."""

# ruff: noqa: PLC0415  (what is heavy is imported by the command that needs it; see this package's docstring)

import time
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.console import MARKS, out, print_json
from pipelines.cli.nightly import AsJson
from pipelines.errors import SetupError
from pipelines.settings import Settings


def site(
    to: Annotated[Path, typer.Argument(help="写入的文件夹 / the folder to write into")],
    release: Annotated[
        str | None, typer.Option("--release", help="发布版；省略则为当前版 / the release; else the current one")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """用某一发布版的数据重新生成网页 / make the pages of a release anew."""
    from pipelines.publish.release import current_release, list_releases
    from pipelines.publish.site import ENTRY, build_site

    settings = Settings()
    known = list_releases(settings)
    chosen = current_release(settings) if release is None else next((one for one in known if one.id == release), None)
    if chosen is None:
        raise SetupError(
            "没有这个发布版", "there is no such release", key=release, value=", ".join(one.id for one in known) or "–",
            remedy_zh="`chengguan releases list` 列出全部发布版", remedy_en="`chengguan releases list` shows all of them",
        )  # fmt: skip
    target = to.absolute()
    if target.is_relative_to(settings.releases):
        raise SetupError(
            "发布版不可更改", "a release is never changed", file=target,
            remedy_zh="写到发布版以外的文件夹", remedy_en="write into a folder outside the releases",
        )  # fmt: skip
    started = time.perf_counter()
    info = build_site(chosen.path, chosen.manifest, target)
    seconds = round(time.perf_counter() - started, 2)
    if as_json:
        print_json(
            {
                "release": chosen.id,
                "path": str(target / ENTRY),
                "pages": info.pages,
                "bytes": info.bytes,
                "seconds": seconds,
            }
        )
    else:
        out().print(
            f"{MARKS['ok']} {target / ENTRY}  {len(info.pages)} 页 pages · {info.bytes / 1e6:.1f} MB · {seconds} s"
        )
