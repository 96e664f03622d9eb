"""Whether a home is fit for a night, looked at before anything is read: it is there, can be written, and has room.

Belongs here: refusing early and plainly what would else fail half way. What fails half way all the same is told by `pipelines.machine`.
Must not import Dagster: `chengguan doctor` uses it too.
"""

import os
import shutil
from pathlib import Path

from pipelines.errors import SetupError
from pipelines.machine import fault_of
from pipelines.settings import Settings

#: Of a home without a release: what the build of a city without records and its release come to.
_EMPTY_BYTES = 100 << 20
#: A byte of a source lands, is loaded, becomes facts and is served: the demo city's 30 MB of files made a home of 178 MB beside them, 2.5 bytes
#: each above that. Not a measured peak; the build file's second writing is counted apart.
GROWS = 3


def check_home(settings: Settings) -> None:
    """Raises SetupError where a night in this home would fail for the machine's sake. To be called by who holds the night's lock."""
    check_place(settings)
    _check_writable(settings)
    check_room(settings)


def check_place(settings: Settings) -> None:
    """Raises SetupError where the home is no folder, or is empty and must not be. Before the lock, which would make it."""
    home = settings.home.absolute()
    if (home.exists() or home.is_symlink()) and not home.is_dir():
        raise SetupError(
            "数据目录不是文件夹", "the data home is not a folder", file=home,
            remedy_zh="移走这个文件，或用 CHENGGUAN_HOME 指定一个文件夹", remedy_en="move that file away, or name a folder with CHENGGUAN_HOME",
        )  # fmt: skip
    if not settings.new_home and not settings.build_db.exists():
        raise SetupError(
            "数据目录是空的：磁盘可能没有挂上", "the data home is empty: its disk may not be mounted", file=home,
            key="CHENGGUAN_NEW_HOME", value="false",
            remedy_zh="检查挂载后重试；如果确实要从空目录开始，设 CHENGGUAN_NEW_HOME=true 运行一次",
            remedy_en="check the mount and try again; to begin a new home here on purpose, run once with CHENGGUAN_NEW_HOME=true",
        )  # fmt: skip


def _check_writable(settings: Settings) -> None:
    """By writing: permissions, owners, read-only mounts and network shares each have their own way to say no."""
    home = settings.home.absolute()
    for folder in (
        home,
        settings.build_dir,
        settings.landing,
        settings.vault,
        settings.releases,
        settings.dagster_home,
    ):
        if folder != home and not folder.exists():
            continue
        probe = folder / f".probe-{os.getpid()}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            probe.write_bytes(b"x")
        except OSError as cause:
            fault = fault_of(cause, _nearest(home))
            raise fault or cause from cause
        finally:
            _forget(probe)


def _forget(probe: Path) -> None:
    try:
        probe.unlink(missing_ok=True)
    except OSError:
        return  # where it could not be written there is none


def check_room(settings: Settings) -> None:
    """Raises SetupError where the disk has less room than a night may take.

    A night may write the build file's tables once more before it frees the old ones, a release beside the others, and a landing copy of what
    has come; all of it can be told from what stands in the home now.
    """
    needed, free = needed_bytes(settings), free_bytes(settings)
    if free < needed:
        raise SetupError(
            f"磁盘空间不够运行一夜：需约 {_mib(needed)}，剩余 {_mib(free)}",
            f"there is not enough room for a night: it may take {_mib(needed)}, {_mib(free)} are free",
            file=settings.home.absolute(),
            remedy_zh="chengguan releases prune 删除旧发布版，或扩大磁盘；已有数据未变",
            remedy_en="delete old releases with `chengguan releases prune`, or enlarge the disk; nothing was changed",
        )  # fmt: skip


def needed_bytes(settings: Settings) -> int:
    """What a night may write until it is over: the build file again, a release like the current one, and what has come since the last build."""
    build = _size(settings.build_db)
    release = _size(settings.current.resolve()) if settings.current.exists() else 0
    since = settings.build_db.stat().st_mtime if settings.build_db.exists() else 0.0
    inbox = settings.inbox_dir
    come = sum(path.stat().st_size for path in inbox.rglob("*") if path.is_file() and path.stat().st_mtime > since)
    return max(build + release, _EMPTY_BYTES) + GROWS * come


def free_bytes(settings: Settings) -> int:
    return shutil.disk_usage(_nearest(settings.home.absolute())).free


def _nearest(path: Path) -> Path:
    return next(one for one in (path, *path.parents) if one.exists())


def _size(path: Path) -> int:
    if path.is_dir():
        return sum(one.stat().st_size for one in path.rglob("*") if one.is_file())
    return path.stat().st_size if path.exists() else 0


def _mib(size: int) -> str:
    return f"{size / 2**20:,.0f} MiB"
