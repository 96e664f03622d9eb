"""What the person on call reads: what happened, since when, what it means for the figures, what to run next; Chinese and English.

Belongs here: the words, and what may not be among them. Facts are counts, dates and names of feeds, checks and files; never a cell's value,
never the text of an error (which may quote one), never an address. The full text stands where the command leads.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import polars as pl

from pipelines.alerts.incidents import Incident, Kind, What
from pipelines.errors import ChengguanError
from pipelines.feeds import FEEDS
from pipelines.landing.free_text import scrub

_SHOWN = 5

#: (Chinese, English) name of each kind; the English one is the heading of its runbook, too.
NAMES: dict[Kind, tuple[str, str]] = {
    Kind.RUN: ("夜间作业失败", "A failed run"),
    Kind.CHECK: ("阻断检验未通过", "A failed check"),
    Kind.LATE: ("数据源迟到", "A late feed"),
    Kind.REFUSED: ("数据源被拒收", "A refused source"),
    Kind.HELD: ("整批待定", "A held batch"),
}
#: What to run next. `{feed}` and `{day}` are filled in.
COMMANDS: dict[Kind, tuple[str, ...]] = {
    Kind.RUN: ("chengguan doctor", "chengguan nightly --date {day}"),
    Kind.CHECK: ("chengguan ui", "chengguan nightly --date {day}"),
    Kind.LATE: ("chengguan status", "chengguan nightly"),
    Kind.REFUSED: ("chengguan ingest {feed} FILE", "chengguan nightly --date {day}"),
    Kind.HELD: ("chengguan batches list",),
}
#: Steps behind the release: where nothing else failed, it stands; and the command that does the step again.
AFTERWARDS = {"release__postgres": "chengguan bi postgres"}
_WHAT: dict[What, tuple[str, str]] = {
    "opened": ("新问题", "new"),
    "reminder": ("仍未恢复", "still there"),
    "recovered": ("已恢复", "recovered"),
}
_STATES = {
    "late": ("迟到", "late"),
    "missing": ("严重迟到", "missing"),
    "never": ("从未有记录", "has never brought a record"),
}


@dataclass(frozen=True)
class Message:
    """`level` is apprise's: "failure", "warning", "success" or "info"."""

    title: str
    body: str
    level: str


@dataclass(frozen=True)
class Context:
    """What a message says beside its incident. `marts` are those that read what the incident is about; None where that is not known."""

    city: str
    release_id: str | None = None
    release_as_of: str | None = None
    marts: Sequence[str] | None = None


def compose(incident: Incident, what: What, context: Context) -> Message:
    """The message for one incident."""
    zh, en = NAMES[incident.kind]
    what_zh, what_en = _WHAT[what]
    subject = _subject(incident)
    title = f"[城管数仓 {context.city}] {what_zh} {what_en} · {zh} {en.lower()}: {subject}"
    lines = [f"{zh}：{subject}", f"{en}: {subject}", *_happened(incident), *_since(incident)]
    if what != "recovered":
        lines += [*_effect(incident, context), *_release(incident, context)]
        lines += ["下一步 next:", *(f"  {command}" for command in commands(incident))]
        lines.append(f"手册 runbook: docs/operations.md, {en}")
    levels = {"opened": "failure", "reminder": "warning", "recovered": "success"}
    level = "warning" if incident.kind == Kind.LATE and what == "opened" else levels[what]
    return Message(title, "\n".join(lines), level)


def rest(pending: Sequence[tuple[Incident, What]], context: Context) -> Message:
    """One message for what is too much for a message each."""
    lines = [
        f"{NAMES[i.kind][0]} {NAMES[i.kind][1].lower()}: {_subject(i)} ({' '.join(_WHAT[what])})" for i, what in pending
    ]
    return Message(
        f"[城管数仓 {context.city}] 另有 {len(pending)} 条 · {len(pending)} more",
        "\n".join([*lines, "全部 all of them:", "  chengguan alerts list"]), "warning",
    )  # fmt: skip


def trial(city: str) -> Message:
    """What `chengguan alerts test` sends."""
    return Message(
        f"[城管数仓 {city}] 测试 test",
        "这是一条测试告警，无需处理。\nThis is a test of the alerts; there is nothing to do.", "info",
    )  # fmt: skip


def commands(incident: Incident) -> list[str]:
    """The commands to run next, as they are typed."""
    feed = incident.subject.partition(":")[0]
    if incident.kind == Kind.RUN and "steps" not in incident.facts:
        # It could not begin, and may not have known its day.
        return ["chengguan doctor", "chengguan nightly"]
    if _is_afterwards(incident):
        return ["chengguan doctor", *(AFTERWARDS[step] for step in incident.facts["steps"])]
    return [command.format(feed=feed, day=incident.last_seen_for) for command in COMMANDS[incident.kind]]


def facts_of(problem: ChengguanError) -> dict[str, Any]:
    """What may be told of a problem: of which kind it is, and where. A database is told by its kind, since an address may hold secrets."""
    file = problem.where.get("file", "")
    place = file.partition("://")[0] if "://" in file else PurePath(file).name
    row = problem.where.get("row", "")
    return {
        "fault": type(problem).__name__,
        **({"file": scrubbed(place)} if place else {}),
        **({"row": row} if row.isdigit() else {}),
    }


def scrubbed(text: str) -> str:
    """A name without telephone numbers, ID numbers and plates, as free text is at the door."""
    return str(pl.select(scrub(pl.lit(text))).item())


def _is_afterwards(incident: Incident) -> bool:
    """Whether nothing failed but copies of a release that is published."""
    steps = incident.facts.get("steps", [])
    return incident.kind == Kind.RUN and bool(steps) and AFTERWARDS.keys() >= set(steps)


def _subject(incident: Incident) -> str:
    name, colon, detail = incident.subject.partition(":")
    feed = FEEDS.get(name)
    return f"{feed.title_zh} {name}{colon}{detail}" if feed else incident.subject


def _happened(incident: Incident) -> list[str]:
    # A book that another version wrote may lack a fact; an alert without a date is better than none.
    facts = defaultdict(lambda: "–", incident.facts)
    match incident.kind:
        case Kind.LATE:
            zh, en = _STATES.get(str(facts["state"]), _STATES["late"])
            if facts["newest_record_on"] == "–":
                return [f"{zh}；{en}"]
            return [
                f"{zh}：最新记录 {facts['newest_record_on']}，应于 {facts['expected_on']} 前到达，已迟 {facts['days_late']} 天",
                f"{en}: newest record {facts['newest_record_on']}, newer ones expected by {facts['expected_on']}, {facts['days_late']} days ago",
            ]
        case Kind.REFUSED:
            return _problems(facts)
        case Kind.HELD:
            return [f"{facts['source']}，{facts['rows_read']} 行", f"{facts['source']}, {facts['rows_read']} rows"]
        case Kind.CHECK | Kind.RUN:
            steps = ", ".join(facts.get("steps", [])[:_SHOWN])
            return [*([f"失败的步骤 failed steps: {steps}"] if steps else []), *_problems(facts)]


def _problems(facts: dict[str, Any]) -> list[str]:
    return [f"原因 cause: {_problem(problem)}" for problem in facts.get("problems", [])[:_SHOWN]]


def _problem(problem: dict[str, Any]) -> str:
    faults = {
        "InputError": "读不了或与配置不符 / cannot be read, or is not what its profile says",
        "ProfileError": "配置有误 / its profile is wrong",
        "BusyError": "被占用或离线 / away or held by somebody",
        "SetupError": "安装或数据目录不对 / the installation or the data home is not right",
    }
    where = " · ".join(
        said for said in (problem.get("file", ""), f"行 row {problem['row']}" if "row" in problem else "") if said
    )
    fault = str(problem.get("fault", ""))
    return ": ".join(said for said in (where, faults.get(fault, fault)) if said)


def _since(incident: Incident) -> list[str]:
    since = f"自 {incident.opened_for} 的作业起，共 {incident.times} 次"
    in_english = f"since the run for {incident.opened_for}, seen {incident.times} times"
    if incident.closed_for:
        return [
            f"{since}；{incident.closed_for} 的作业起恢复",
            f"{in_english}; well again in the run for {incident.closed_for}",
        ]
    return [since, in_english]


def _effect(incident: Incident, context: Context) -> list[str]:
    marts = context.marts
    names = ""
    if marts:
        more = f" … ({len(marts)})" if len(marts) > _SHOWN else ""
        names = ": " + ", ".join(marts[:_SHOWN]) + more
    if incident.kind == Kind.LATE:
        return [f"不阻断发布；这些集市缺少新记录{names}", f"holds up no release; these marts lack newer records{names}"]
    if incident.kind == Kind.HELD:
        return [
            f"该批不入库，这些集市缺少其记录{names}",
            f"the batch is not loaded; these marts lack its records{names}",
        ]
    if _is_afterwards(incident):
        return [
            "发布版已发布，不受影响；只有副本没有更新，仍是上一版",
            "the release is published and not affected; only its copy was not renewed and holds the one before",
        ]
    return [
        f"未发布新版，读者仍看上一版；涉及的集市{names}" if names else "未发布新版，读者仍看上一版",
        f"nothing was published, readers keep the last release; marts that wait{names}" if names
        else "nothing was published, readers keep the last release",
    ]  # fmt: skip


def _release(incident: Incident, context: Context) -> list[str]:
    if context.release_id is None or context.release_as_of is None:
        return ["还没有发布版", "there is no release yet"]
    behind = (dt.date.fromisoformat(incident.last_seen_for) - dt.date.fromisoformat(context.release_as_of)).days
    return [
        f"当前发布版 {context.release_id}，截至 {context.release_as_of}，落后 {max(behind, 0)} 天",
        f"current release {context.release_id}, as of {context.release_as_of}, {max(behind, 0)} days behind",
    ]
