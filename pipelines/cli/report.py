"""`chengguan report`: the annual report of a release as HTML, PDF and workbook."""

# ruff: noqa: PLC0415  (what is heavy is imported by the command that needs it; see this package's docstring)

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.cli.console import MARKS, out, print_json
from pipelines.cli.nightly import AsJson
from pipelines.errors import SetupError
from pipelines.settings import Settings


class Lang(StrEnum):
    """The languages that the report is written in."""

    ZH = "zh"
    EN = "en"


def report(  # noqa: PLR0917  (typer names them all)
    year: Annotated[
        int | None,
        typer.Option("--year", help="年份；省略则为发布版业务日所在的年 / the year; else that of the release's day"),
    ] = None,
    lang: Annotated[Lang, typer.Option("--lang", help="语言 / language")] = Lang.ZH,
    to: Annotated[
        Path | None,
        typer.Option(
            "--to", help="目录；省略则为数据目录下 reports/<年> / folder; else reports/<year> of the data home"
        ),
    ] = None,
    release_id: Annotated[
        str | None, typer.Option("--release", help="发布版；省略则为当前版 / the release; else the current one")
    ] = None,
    pdf: Annotated[bool, typer.Option("--pdf/--no-pdf", help="是否写 PDF / whether to write the PDF")] = True,
    as_json: AsJson = False,
) -> None:
    """写年度报告：HTML、PDF、xlsx / write the annual report: HTML, PDF, xlsx."""
    from pipelines.publish.report.writing import write_report

    settings = Settings()
    release = _release(settings, release_id)
    folder = to or settings.home.absolute() / "reports" / str(year or release.as_of.year)
    written = write_report(release, year, folder, lang.value, with_pdf=pdf)
    if as_json:
        why = dict(zip(("zh", "en"), written.why_no_pdf, strict=True)) if written.why_no_pdf else None
        files = [str(path) for path in written.files]
        print_json(
            {"release": release.id, "year": written.year, "as_of": written.last, "files": files, "why_no_pdf": why}
        )
        return
    for path in written.files:
        out().print(f"{MARKS['ok']} {path}")
    if written.why_no_pdf:
        out().print(f"{MARKS['warn']} ", end="")
        out().print("\n  ".join(written.why_no_pdf), markup=False)


def _release(settings: Settings, release_id: str | None) -> Any:
    from pipelines.publish.release import current_release, list_releases

    if release_id is None:
        found = current_release(settings)
    else:
        found = next((one for one in list_releases(settings) if one.id == release_id), None)
    if found is None and release_id is None:
        raise SetupError(
            "还没有发布版", "there is no release yet", file=settings.current,
            remedy_zh="先运行 `chengguan nightly`", remedy_en="run `chengguan nightly` first",
        )  # fmt: skip
    if found is None:
        known = ", ".join(one.id for one in list_releases(settings)) or "–"
        raise SetupError(
            "没有这个发布版", "there is no such release", key="--release", value=release_id,
            remedy_zh=f"可用的发布版：{known}", remedy_en=f"the releases are: {known}",
        )  # fmt: skip
    return found
