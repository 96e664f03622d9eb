"""The command `checks`: what the tests of the models found on the last night."""

# ruff: noqa: PLC0415  (what is heavy is imported by the command that needs it; see this package's docstring)

from dataclasses import asdict
from typing import Annotated

import typer

from pipelines.cli.console import MARKS, out, print_json, table
from pipelines.cli.nightly import AsJson
from pipelines.settings import Settings


def checks(
    rows: Annotated[int, typer.Option("--rows", min=0, help="每项显示几行 / rows shown of each")] = 5,
    as_json: AsJson = False,
) -> None:
    """模型检验未通过的项目及其行 / tests of the models that failed or warned, with the rows they found."""
    from pipelines.quality.model_checks import failed_checks

    found = failed_checks(Settings(), rows)
    if as_json:
        print_json([asdict(one) for one in found])
        return
    if not found:
        out().print(f"{MARKS['ok']} 模型检验全部通过 / all tests of the models passed")
    for one in found:
        mark = MARKS["warn" if one.status == "warn" else "fail"]
        out().print(f"{mark} {one.name}: {one.found} 行 rows")
        if one.rows:
            out().print(table(*one.columns, rows=one.rows))
