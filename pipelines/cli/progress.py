"""What is seen of a night: a line for each step as it ends, and the summary."""

# ruff: noqa: PLC0415  (what is heavy is imported by the command that needs it; see this package's docstring)

import re
from types import TracebackType
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from pipelines.cli.console import MARKS, table
from pipelines.feeds import FEEDS
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.orchestration.night import NightReport, Step

_CONSERVATION = re.compile(r"^raw__(\w+)_conservation$")
_FIXED = {
    "reference": "参考表 reference tables",
    "dbt_models": "模型与检验 models and tests",
    "release__current": "发布 release",
}
_OUTCOMES = {
    "published": "新发布，已设为当前 / published, now current",
    "published_not_current": "已发布；日期早于当前版，当前版不变 / published; older than the current one, which stays",
    "switched": "内容已有发布版，已设为当前 / already published, now current",
    "unchanged": "内容与现有发布版相同，未新发布 / nothing changed, nothing published",
}


def label(step: str) -> str:
    """A step's name for people."""
    if checked := _CONSERVATION.match(step):
        return f"守恒 conservation: {checked[1]}"
    feed = step.removeprefix("ingest_")
    if feed in FEEDS:
        return f"{FEEDS[feed].title_zh} {feed}"
    return _FIXED.get(step, step)


class Progress:
    """Shows the running step, and keeps a line for each that ended."""

    def __init__(self, console: Console, *, quiet: bool) -> None:
        self.console = console
        self.quiet = quiet
        self.status = console.status("准备 / getting ready …")

    def __enter__(self) -> "Progress":
        if not self.quiet:
            self.status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.status.stop()

    def tell(self, what: str, step: "Step", message: str) -> None:
        if self.quiet:
            return
        name = escape(label(step.name))
        if what == "started":
            self.status.update(f"{name} …")
        elif what == "note" and message.startswith("model "):
            self.status.update(f"{name}: {escape(message.removeprefix('model '))}")
        elif what == "retry":
            self.console.print(f"{MARKS['warn']} {name}: 稍后重试 / will try again")
        elif what == "done" and not _CONSERVATION.match(step.name):
            self.console.print(f"{MARKS['ok']} {name}  {_facts(step)}[dim]{step.seconds:.1f} s[/]")
        elif what == "failed":
            self.console.print(f"{MARKS['fail']} {name}  [dim]{step.seconds:.1f} s[/]")


def print_summary(console: Console, settings: Settings, report: "NightReport") -> None:
    """How the night ended: rows, models, release, and for each failure what to do."""
    console.print()
    if report.recovered:
        console.print(
            f"{MARKS['warn']} 上一次被中断的运行已标记为失败 / a killed run was marked as failed: {', '.join(report.recovered)}"
        )
    rows = [
        (
            feed,
            *(counts[name] for name in ("rows_read", "rows_loaded", "rows_quarantined", "rows_superseded", "batches")),
        )
        for feed, counts in report.feeds.items()
    ]
    header = ("数据源 feed", "读入 read", "入库 loaded", "隔离 quarantined", "替换 superseded", "批 batches")
    console.print(table(*header, rows=rows, title=f"{report.city} · {report.as_of}"))
    console.print()
    marts = sum(name.startswith("marts.") for name in report.models)
    # Judged on an earlier night, and nothing that they look at has changed since.
    kept = f" · 沿用 kept {report.checks_kept}" if report.checks_kept else ""
    console.print(
        f"模型 models {len(report.models)} (marts {marts}) · 检验 checks {report.checks_passed} ✓"
        f" {len(report.checks_failed)} ✗ {len(report.checks_warned)} !{kept} · {report.seconds:.1f} s"
    )
    for feed, names in report.unknown_columns.items():
        console.print(
            f"{MARKS['warn']} {feed}: 配置中没有的列，只存入保险库 / columns that the profile does not name, kept in the vault only:"
            f" {escape('、'.join(names))}"
        )
    for feed, names in report.files_left.items():
        console.print(
            f"{MARKS['warn']} {feed}: 文件还在写入，留给下次 / still being written, left for the next run:"
            f" {escape('、'.join(names))}"
        )
    for failed in report.failures:
        console.print(f"\n{MARKS['fail']} [bold]{escape(label(failed.name))}[/]")
        console.print(failed.message, markup=False)
    if report.error:
        console.print(f"\n{MARKS['fail']} {escape(report.error)}")
    for check in report.checks_failed:
        console.print(f"{MARKS['fail']} 检验未通过 check failed: {escape(check)}")
    for check in report.checks_warned:
        console.print(f"{MARKS['warn']} 检验提醒 check warned: {escape(check)}")
    if report.checks_failed or report.checks_warned:
        console.print("详情 details: chengguan checks（模型 models）, chengguan batches list（整批 batches）")
    if report.failures and report.not_run:
        console.print(f"\n{MARKS['skip']} 未运行 not run: {', '.join(label(name) for name in report.not_run)}")
    _print_release(console, settings, report)
    if report.incidents:
        console.print(f"{MARKS['warn']} 未恢复的问题 open incidents: {len(report.incidents)} · chengguan alerts list")
    if report.alerts_undelivered:
        console.print(
            f"{MARKS['warn']} 告警未送达，下次再发 / alerts not delivered, tried again next time: {', '.join(report.alerts_undelivered)}"
        )


def _print_release(console: Console, settings: Settings, report: "NightReport") -> None:
    from pipelines.publish.release import current_release

    if report.release:
        outcome = _OUTCOMES.get(str(report.release["outcome"]), "")
        console.print(f"\n{MARKS['ok']} 发布版 release {report.release['release']}: {outcome}")
    current = current_release(settings)
    if current is None:
        console.print("还没有发布版 / there is no release yet")
    elif not report.success:
        console.print(f"当前发布版不变 / the current release stays: {current.id}")
    if current:
        console.print(f"查看 look at: {settings.current}/serving.duckdb")
    if report.total("rows_quarantined"):
        console.print("隔离的行 quarantined rows: chengguan quarantine list")
    console.print("运行记录 the run's history: chengguan ui", f"({report.run_id[:8]})")
    if not report.success:
        console.print(f"日志 log: {settings.dagster_home / 'night.log'}")


def _facts(step: "Step") -> str:
    facts = step.facts
    if "rows_read" in facts:
        if not facts["batches"]:
            return "没有新数据 nothing new  "
        return f"读入 read {facts['rows_read']:,} · 隔离 quarantined {facts['rows_quarantined']:,}  "
    return f"{facts['release']}  " if facts.get("release") else ""
