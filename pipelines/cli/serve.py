"""`chengguan ui`: Dagster's pages on this home. Anything more stands in Dagster's own commands."""

# ruff: noqa: PLC0415  (what is heavy is imported by the command that needs it; see this package's docstring)

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.console import out
from pipelines.settings import PROJECT_ROOT, Settings


def ui(
    port: Annotated[int, typer.Option("--port", help="端口 / port")] = 3000,
    host: Annotated[str, typer.Option("--host", help="地址 / address")] = "127.0.0.1",
) -> None:
    """打开 Dagster 页面（同 `dagster dev`）/ Dagster's pages on this home, as `dagster dev` shows them."""
    from pipelines.orchestration.home import prepare_dagster_home

    home = prepare_dagster_home(Settings())
    out().print(f"DAGSTER_HOME={home}  http://{host}:{port}")
    dagster = str(Path(sys.executable).with_name("dagster"))
    os.chdir(PROJECT_ROOT)
    os.execv(dagster, [dagster, "dev", "-m", "pipelines.definitions", "-p", str(port), "-h", host])
