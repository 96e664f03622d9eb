"""`chengguan bi`: what BI tools need of the current release: Superset's bundle, the copy in PostgreSQL."""

# ruff: noqa: PLC0415  (what is heavy is imported by the command that needs it; see this package's docstring)

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.console import MARKS, out, print_json
from pipelines.cli.metrics import released
from pipelines.cli.nightly import AsJson
from pipelines.errors import SetupError
from pipelines.settings import Settings

app = typer.Typer(help="BI 工具 / BI tools: Superset, PostgreSQL.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
def superset(
    to: Annotated[Path, typer.Option("--to", help="写到哪个文件 / the file to write")],
    path: Annotated[
        str | None,
        typer.Option(
            "--path", help="Superset 所见的 serving.duckdb 路径 / the path of serving.duckdb as Superset sees it"
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """写出 Superset 导入包：数据库、数据集、指标、图表、仪表板 / write the bundle that Superset imports."""
    from pipelines.bi.superset import address, write_bundle

    settings = Settings()
    release = released(settings)
    served = path or settings.served_file
    write_bundle(release.path, served, to)
    if as_json:
        print_json({"file": str(to), "release": release.id, "address": address(served)})
        return
    out().print(f"{MARKS['ok']} {to}（{release.id}）")
    out().print(f"  地址 address: {address(served)}")
    out().print("  在 Superset 的“仪表板”页点“导入” / import it on Superset's page of dashboards; docs/bi.md")


@app.command()
def postgres(as_json: AsJson = False) -> None:
    """把当前发布版复制到 CHENGGUAN_PUBLISH_POSTGRES 所指的数据库 / copy the current release to the database named there."""
    from pipelines.bi.postgres import SETTING, publish

    settings = Settings()
    if settings.publish_postgres is None:
        raise SetupError(
            "没有设置目标数据库", "no database is named", key=SETTING,
            remedy_zh=f"设置环境变量 {SETTING}=postgresql://用户:密码@主机:端口/库名",
            remedy_en=f"set {SETTING}=postgresql://user:password@host:port/name in the environment",  # pragma: allowlist secret
        )  # fmt: skip
    copied = publish(settings.publish_postgres.get_secret_value(), released(settings).path)
    if as_json:
        print_json(asdict(copied))
    elif copied.outcome == "unchanged":
        out().print(
            f"{MARKS['ok']} {copied.place} 已是 {copied.release}，未改动 / holds {copied.release} already; nothing written"
        )
    else:
        out().print(
            f"{MARKS['ok']} {copied.release} → {copied.place}: {copied.tables} 张表 tables, {copied.rows:,} 行 rows, {copied.seconds} s"
        )
