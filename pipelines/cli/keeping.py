"""What `chengguan doctor` looks at where a home is kept: what killed processes left, what retention removes next, and the last backup."""

import datetime as dt
from collections.abc import Iterator

from pipelines.city import load_city
from pipelines.cli.findings import Finding
from pipelines.cli.runs import last_upkeep
from pipelines.landing.store import read_connection
from pipelines.landing.swap import damaged_file
from pipelines.orchestration.days import chosen_day
from pipelines.publish.release import leftovers as half_releases
from pipelines.settings import Settings
from pipelines.upkeep.backup import last_backup
from pipelines.upkeep.leftovers import leftovers
from pipelines.upkeep.retention import has_rules, next_due, removals

#: A file may be past its time for so long before somebody should know: nights fail now and then.
OVERDUE = dt.timedelta(days=7)
#: A backup a night is what docs/keeping.md asks for.
OLD = dt.timedelta(days=7)


def half_made(settings: Settings) -> Iterator[Finding]:
    """Folders and files that nobody will go on with; they are in nobody's way but take room. Asked only where nobody is writing."""
    if half := half_releases(settings):
        yield Finding(
            "warn", f"{len(half)} 个未完成的发布目录", f"{len(half)} unfinished release folders",
            "下次发布或 chengguan releases prune 会清除", "the next release, or chengguan releases prune, removes them",
        )  # fmt: skip
    if left := leftovers(settings):
        size = sum(one.stat().st_size for path in left for one in (path, *path.rglob("*")) if one.is_file())
        yield Finding(
            "warn", f"{len(left)} 个未写完的文件或目录，共 {size / 2**20:,.0f} MiB：{left[0]}", f"{len(left)} half-written files or folders, {size / 2**20:,.0f} MiB: {left[0]}",
            "下次 chengguan nightly 在发布后清除；重建未完成的，重新运行 chengguan rebuild", "the next chengguan nightly removes them when it has published; run chengguan rebuild again where one was broken off",
        )  # fmt: skip
    if (damaged := damaged_file(settings)).exists():
        yield Finding(
            "warn", f"损坏的旧建库文件仍在：{damaged}", f"a build file that was damaged is still there: {damaged}",
            f"确认无误后删除：rm {damaged}", f"delete it when all is well: rm {damaged}",
        )  # fmt: skip


def retention(settings: Settings) -> Iterator[Finding]:
    """What the city's rules remove next, what they have removed, and when they were last applied."""
    city = load_city(settings)
    if not has_rules(city):
        yield Finding(
            "ok", "城市没有保存期限：落地副本和保险库永久保存", "the city has no retention: landing copies and the vault are kept for ever"
        )  # fmt: skip
        return
    if not settings.build_db.exists():
        return
    with read_connection(settings, city.facts.time_zone) as connection:
        following, (count, last) = next_due(settings, city, connection), removals(connection)
    ran = last_upkeep(settings)
    zh, en = f"已按保存期限删除 {count} 个文件", f"retention has removed {count} files"
    if last:
        zh, en = f"{zh}（最近 {last}）", f"{en}, the last of them for {last}"
    if ran:
        zh, en = f"{zh}；上次执行 {ran}", f"{en}; it was last applied {ran}"
    if following is None:
        yield Finding("ok", f"{zh}；没有待到期的文件", f"{en}; no file is left that it would remove")
        return
    is_late = following.due_on <= chosen_day(city, None) - OVERDUE
    yield Finding(
        "warn" if is_late else "ok",
        f"{zh}；下一个到期：{following.due_on} {following.feed} {following.source}（{following.rule}）",
        f"{en}; the next goes on {following.due_on}: {following.feed} {following.source} ({following.rule})",
        "已过期：夜间作业成功后自动删除，或 chengguan retention --apply" if is_late else "",
        "it is overdue: a night that succeeds removes it, or chengguan retention --apply" if is_late else "",
    )  # fmt: skip


def backups(settings: Settings) -> Iterator[Finding]:
    """How old the last backup of this home is, as far as `chengguan backup` made it."""
    known = last_backup(settings)
    if known is None:
        yield Finding(
            "ok", "没有 chengguan backup 的记录", "no backup by chengguan backup is known",
            "每夜之后：chengguan backup 目录，见 docs/keeping.md", "after each night: chengguan backup FOLDER, see docs/keeping.md",
        )  # fmt: skip
        return
    made_at, folder = known
    age = dt.datetime.now(dt.UTC) - made_at
    is_old = age > OLD
    yield Finding(
        "warn" if is_old else "ok", f"最近的备份 {age.days} 天前：{folder}", f"the last backup is {age.days} days old: {folder}",
        f"chengguan backup {folder.parent}" if is_old else "", f"chengguan backup {folder.parent}" if is_old else "",
    )  # fmt: skip
