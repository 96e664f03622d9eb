"""What `chengguan doctor` looks at, one function each: it yields what it found and how to mend it. Nothing here mends by itself."""

# ruff: noqa: PLC0415  (what is heavy is imported by the command that needs it; see this package's docstring)

import contextlib
import filecmp
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from pipelines.city import load_city
from pipelines.errors import BusyError, ChengguanError
from pipelines.orchestration.fitness import free_bytes, needed_bytes
from pipelines.settings import PROJECT_ROOT, Settings

_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^;\s]+)")


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `level` is ok, warn (runs, but should be mended) or fail (a night would fail)."""

    level: str
    zh: str
    en: str
    remedy_zh: str = ""
    remedy_en: str = ""


Look = Callable[[Settings], Iterator[Finding]]


def installation(_settings: Settings) -> Iterator[Finding]:
    """The pinned libraries against what is installed."""
    # What an extra asks for is there or not, as the city needs it.
    wanted = [line for line in requires("chengguan-warehouse") or [] if "extra ==" not in line]
    pins = [match for line in wanted if (match := _PIN.match(line))]
    wrong = [
        f"{name} {_installed(name)} ≠ {pin}"
        for name, pin in (match.groups() for match in pins)
        if _installed(name) != pin
    ]
    if wrong:
        said = ", ".join(wrong)
        yield Finding(
            "fail", f"版本与锁定不符：{said}", f"versions differ from the pins: {said}",
            "重新安装：uv pip sync requirements.lock", "install again: uv pip sync requirements.lock",
        )  # fmt: skip
    else:
        yield Finding("ok", f"{len(pins)} 个锁定版本都相符", f"all {len(pins)} pinned versions are installed")


def home(settings: Settings) -> Iterator[Finding]:
    """The data home: there, writable, with room."""
    folder = settings.home.absolute()
    nearest = next(path for path in (folder, *folder.parents) if path.exists())
    if not os.access(nearest, os.W_OK):
        yield Finding(
            "fail", f"数据目录不可写：{folder}", f"the data home cannot be written: {folder}",
            "改正权限，或用 CHENGGUAN_HOME 指定另一目录", "mend its permissions, or name another with CHENGGUAN_HOME",
        )  # fmt: skip
        return
    free, needed = free_bytes(settings), needed_bytes(settings)
    level = "ok" if free >= needed else "fail"
    yield Finding(
        level, f"数据目录可写：{folder}，剩余 {free / 2**30:.1f} GiB，一夜约需 {needed / 2**30:.1f}",
        f"the data home is writable, {free / 2**30:.1f} GiB free, a night may take {needed / 2**30:.1f}",
        "" if level == "ok" else "夜间作业会拒绝开始：清理磁盘；chengguan releases prune 删除旧发布版",
        "" if level == "ok" else "a night refuses to begin: make room; chengguan releases prune deletes old releases",
    )  # fmt: skip


def city(settings: Settings) -> Iterator[Finding]:
    """The city's profile, and that the home is its own."""
    from pipelines.orchestration.home import guard_city

    profile = load_city(settings)
    with contextlib.suppress(BusyError):  # `locks` tells it
        guard_city(settings, profile)
    for name, problem in profile.broken.items():
        where = ", ".join(f"{what} {said}" for what, said in problem.where.items())
        yield Finding(
            "fail",
            f"数据源 {name} 的配置有误：{where}",
            f"the feed {name}: {problem.en}",
            problem.remedy_zh,
            problem.remedy_en,
        )
    yield Finding(
        "ok",
        f"城市 {profile.facts.id}：{len(profile.feeds)} 个数据源",
        f"city {profile.facts.id}: {len(profile.feeds)} feeds",
    )


def locks(settings: Settings) -> Iterator[Finding]:
    """Who holds the home, and what a killed process left beside the build file."""
    from pipelines.landing.store import write_lane
    from pipelines.orchestration.home import night_is_running

    night = settings.dagster_home.exists() and night_is_running(settings)
    try:
        if settings.build_dir.exists():
            with write_lane(settings):
                pass
        busy = False
    except BusyError:
        busy = True
    if night or busy:
        yield Finding("ok", "正在运行或写库", "a night is running, or the build file is being written")
        return
    yield Finding("ok", "没有程序占用", "nothing holds the home")
    if Path(f"{settings.build_db}.wal").exists():
        yield Finding(
            "warn", "建库文件旁有 .wal：上次写入被中断", "a .wal lies beside the build file: a write was cut off",
            "不要删除；下次 chengguan nightly 会自动恢复", "do not delete it; the next chengguan nightly recovers from it",
        )  # fmt: skip


def kept(settings: Settings) -> Iterator[Finding]:
    """What was left half done, retention and backups (`keeping`); while somebody is writing, `locks` tells it instead."""
    from pipelines.cli import keeping
    from pipelines.landing.store import write_lane
    from pipelines.orchestration.home import night_is_running

    if not night_is_running(settings) and settings.build_dir.exists():
        with contextlib.suppress(BusyError), write_lane(settings):
            yield from keeping.half_made(settings)
            yield from keeping.retention(settings)
    yield from keeping.backups(settings)


def link(settings: Settings) -> Iterator[Finding]:
    """Where `current` leads, and whether what lies there can be opened."""
    import duckdb

    from pipelines.publish.package import FILE_NAME
    from pipelines.publish.release import current_release, list_releases

    current, others = current_release(settings), list_releases(settings)
    if current is None and not settings.current.is_symlink() and not others:
        yield Finding(
            "warn", "还没有发布版", "there is no release yet",
            "chengguan simulate（演示）或投递文件后运行 chengguan nightly", "chengguan simulate (demo) or deliver files, then chengguan nightly",
        )  # fmt: skip
    elif current is None:
        yield Finding(
            "fail", "current 没有指向发布版", "`current` does not lead to a release",
            f"chengguan releases rollback {others[0].id}" if others else "chengguan nightly",
            f"chengguan releases rollback {others[0].id}" if others else "chengguan nightly",
        )  # fmt: skip
    else:
        try:
            with duckdb.connect(str(settings.current / FILE_NAME), read_only=True) as con:
                [(told,)] = con.execute("SELECT release_id FROM meta.release").fetchall()
            if told != current.id:
                raise ValueError(f"meta.release says {told}")
        except (duckdb.Error, ValueError) as cause:
            yield Finding(
                "fail", f"当前发布版 {current.id} 已损坏：{cause}", f"the current release {current.id} is damaged: {cause}",
                "chengguan releases rollback，再运行 chengguan nightly", "chengguan releases rollback, then chengguan nightly",
            )  # fmt: skip
            return
        yield Finding(
            "ok", f"当前发布版 {current.id}，共 {len(others)} 版", f"current release {current.id} of {len(others)}"
        )


def secrets(settings: Settings) -> Iterator[Finding]:
    """The key of the keyed hash. Without it no person's records can be linked across nights."""
    from pipelines.landing.privacy import hash_key

    own = settings.vault / "hash.key"
    if settings.hash_key is not None:
        hash_key(settings)  # refuses one that is too short
        yield Finding("ok", "哈希密钥来自 CHENGGUAN_HASH_KEY", "the hash key comes from CHENGGUAN_HASH_KEY")
    elif own.exists():
        yield Finding("ok", f"哈希密钥：{own}（请备份）", f"the hash key: {own} (back it up)")
    else:
        yield Finding("ok", "哈希密钥将在第一夜生成", "the hash key is made on the first night")


def persons(settings: Settings) -> Iterator[Finding]:
    """Whether the vault is for its owner only (`guarded`)."""
    from pipelines.cli.guarded import guarded

    yield from guarded(settings)


def alerts(settings: Settings) -> Iterator[Finding]:
    """The channels of alerts, by name and never by address; and those that took nothing last time."""
    from pipelines.alerts.channels import channels_of, refused
    from pipelines.alerts.review import book_of

    channels = channels_of(settings)
    wrong = refused(channels)
    silent = [name for name in book_of(settings).silent if name in {channel.name for channel in channels}]
    if not channels:
        yield Finding(
            "ok", "没有配置告警（CHENGGUAN_ALERTS）", "no alerts are configured (CHENGGUAN_ALERTS)",
            "见 docs/operations.md", "see docs/operations.md",
        )  # fmt: skip
    elif wrong or silent:
        said = ", ".join(wrong or silent)
        yield Finding(
            "warn",
            f"告警通道{'地址不合规则' if wrong else '上次未送达'}：{said}",
            f"alert channels {'with an address that is not understood' if wrong else 'that took nothing last time'}: {said}",
            "改正 CHENGGUAN_ALERTS，再运行 chengguan alerts test", "mend CHENGGUAN_ALERTS, then run chengguan alerts test",
        )  # fmt: skip
    else:
        names = ", ".join(channel.name for channel in channels)
        yield Finding("ok", f"告警通道：{names}", f"alerts go to: {names}")


def runs(settings: Settings) -> Iterator[Finding]:
    """Dagster's settings and history: the last night, runs whose process is gone, places in the write lane that nobody frees."""
    from pipelines.cli.runs import last_runs
    from pipelines.orchestration.home import night_is_running

    if not (settings.dagster_home / "history").exists():
        yield Finding("ok", "Dagster 还没有运行过", "Dagster has not run yet")
        return
    if not filecmp.cmp(PROJECT_ROOT / "dagster.yaml", settings.dagster_home / "dagster.yaml", shallow=False):
        yield Finding("ok", "dagster.yaml 有更新，下次运行时生效", "dagster.yaml has changed; the next run takes it up")
    from pipelines.orchestration.runs import dangling, open_instance, stale_slots

    with open_instance(settings) as instance:
        dead = [] if night_is_running(settings) else dangling(instance)
        held = stale_slots(instance)
    if dead or held:
        said = ", ".join(sorted({run.run_id[:8] for run in dead} | {run_id[:8] for run_id in held}))
        yield Finding(
            "warn", f"中断的运行：{said}", f"runs whose process is gone: {said}",
            "下次 chengguan nightly 会清理", "the next chengguan nightly clears them",
        )  # fmt: skip
    nights = [run for run in last_runs(settings, 20) if run["job"] == "nightly"]
    if nights and nights[0]["status"] == "FAILURE":
        yield Finding(
            "warn", f"最近一夜失败（{nights[0]['partition']}）", f"the last night failed ({nights[0]['partition']})",
            "chengguan nightly 重试并给出原因；历史见 chengguan ui", "chengguan nightly tries again and says why; chengguan ui shows the history",
        )  # fmt: skip
    elif nights and nights[0]["run_id"] not in {run.run_id for run in dead}:
        yield Finding("ok", f"最近一夜：{nights[0]['status']}", f"the last night: {nights[0]['status']}")


LOOKS: tuple[Look, ...] = (installation, home, city, secrets, persons, locks, kept, link, alerts, runs)


def examine(settings: Settings) -> Iterator[Finding]:
    """Everything, in order; a look that meets a fault tells it and the next one goes on."""
    for look in LOOKS:
        try:
            yield from look(settings)
        except ChengguanError as problem:
            where = "".join(f" · {name}: {said}" for name, said in problem.where.items())
            yield Finding("fail", problem.zh + where, problem.en, problem.remedy_zh, problem.remedy_en)


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "–"
