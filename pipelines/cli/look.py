"""Commands that only look: `status`. They open what they read read-only and say so when a night holds it."""

# ruff: noqa: PLC0415  (what is heavy is imported by the command that needs it; see this package's docstring)

from pathlib import Path
from typing import Any

from pipelines.cli.console import MARKS, out, print_json, table
from pipelines.cli.nightly import AsJson
from pipelines.errors import BusyError, SetupError
from pipelines.settings import Settings


def status(as_json: AsJson = False) -> None:
    """数据目录的现状：发布版、各数据源、最近的运行 / the home as it stands: release, feeds, last runs."""
    from pipelines.cli.runs import last_runs
    from pipelines.orchestration.home import night_is_running
    from pipelines.publish.coverage import CAUSES
    from pipelines.publish.release import current_release

    settings = Settings()
    current = current_release(settings)
    running = night_is_running(settings)
    feeds, busy = _feeds(settings)
    runs = last_runs(settings)
    empty = _empty_marts(current.path) if current else []
    if as_json:
        print_json({"home": str(settings.home.absolute()), "night_is_running": running, "feeds": feeds, "runs": runs,
                    "release": current.as_dict() if current else None, "empty_marts": empty})  # fmt: skip
        return
    console = out()
    console.print(f"数据目录 home: {settings.home.absolute()}")
    if current:
        console.print(
            f"当前发布版 current release: {current.id} ({current.city}, {current.as_of}, {current.created_at_utc})"
        )
    else:
        console.print("还没有发布版 / no release yet: chengguan simulate; chengguan nightly")
    if running:
        console.print(f"{MARKS['warn']} 正在运行 / a night is running")
    if busy:
        console.print(f"{MARKS['warn']} 库正被写入，暂不能读 / the build file is being written and cannot be read now")
    if feeds:
        header = (
            "数据源 feed",
            "批 batches",
            "读入 read",
            "入库 loaded",
            "隔离 quarantined",
            "最新记录 last record",
            "最近入库 loaded for",
        )
        console.print()
        console.print(table(*header, rows=[tuple(feed.values()) for feed in feeds]))
    if empty:
        console.print(f"\n空的集市 empty marts: {len(empty)}")
        for cause, (zh, en) in CAUSES.items():
            marts = [mart for mart in empty if mart["cause"] == cause]
            lacking = sorted({feed for mart in marts for feed in mart["lacking_feeds"].split(", ") if feed})
            if marts:
                feeds_said = f": {', '.join(lacking)}" if lacking and cause != "nothing_counts" else ""
                console.print(f"  {zh} {en}{feeds_said}", markup=False)
                console.print(f"    {', '.join(mart['mart'].removeprefix('marts.') for mart in marts)}", markup=False)
        console.print("  逐表原因 the reason of each: meta.relations, chengguan status --json")
    if runs:
        told = ("运行 run", "作业 job", "分区 partition", "状态 status", "开始 started (UTC)", "秒 seconds")
        console.print()
        console.print(table(*told, rows=[(run["run_id"][:8], *list(run.values())[1:]) for run in runs]))


def _empty_marts(release: Path) -> list[dict[str, Any]]:
    """{mart, cause, lacking_feeds, why_zh, why_en} of each mart of a release without rows.

    None where an older version wrote it, or it cannot be opened: `chengguan doctor` looks at damage.
    """
    import duckdb

    from pipelines.metrics.relations import rows
    from pipelines.publish.package import FILE_NAME

    asked = """select relation as mart, cause, lacking_feeds, why_zh, why_en from meta.relations
               where is_empty and relation like 'marts.%' order by 1"""
    try:
        with duckdb.connect(str(release / FILE_NAME), read_only=True) as connection:
            return rows(connection, asked)
    except (SetupError, duckdb.IOException):
        return []


def _feeds(settings: Settings) -> tuple[list[dict[str, Any]], bool]:
    from pipelines.landing.store import read_connection

    try:
        with read_connection(settings) as con:
            asked = con.execute(
                """SELECT feed, count(*) AS batches, sum(rows_read)::BIGINT AS rows_read,
                   sum(rows_loaded)::BIGINT AS rows_loaded, sum(rows_quarantined)::BIGINT AS rows_quarantined,
                   max(last_record_on) AS last_record_on, max(loaded_for_on) AS loaded_for_on
                   FROM ops.ledger GROUP BY feed ORDER BY min(batch_seq)"""
            )
            names = [column[0] for column in asked.description or []]
            return [dict(zip(names, row, strict=True)) for row in asked.fetchall()], False
    except SetupError:
        return [], False
    except BusyError:
        return [], True
