"""A data home's own rules, before anything runs in it: one city a home, one night at a time, Dagster's settings in place.

Must not import Dagster: commands that only look use it too.
"""

import datetime as dt
import filecmp
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb
from filelock import FileLock, Timeout

from pipelines.city import City
from pipelines.errors import BusyError, SetupError
from pipelines.landing.books import refuse_to_begin_anew
from pipelines.landing.migrations import guard
from pipelines.landing.store import cannot_open
from pipelines.machine import fault_of
from pipelines.settings import PROJECT_ROOT, Settings


def prepare_dagster_home(settings: Settings) -> Path:
    """Make this home's DAGSTER_HOME, with the project's `dagster.yaml` in it, and tell Dagster where it is."""
    folder = settings.dagster_home
    try:
        folder.mkdir(parents=True, exist_ok=True)
        source, target = PROJECT_ROOT / "dagster.yaml", folder / "dagster.yaml"
        if not target.exists() or not filecmp.cmp(source, target, shallow=False):
            shutil.copyfile(source, target)
    except OSError as cause:
        raise fault_of(cause, PROJECT_ROOT) or cause from cause
    os.environ["DAGSTER_HOME"] = str(folder)
    return folder


def cities_of(settings: Settings) -> list[str]:
    """The cities that have batches in this home's ledger. Empty for a new home."""
    refuse_to_begin_anew(settings)
    if not settings.build_db.exists():
        return []
    try:
        with duckdb.connect(str(settings.build_db), read_only=True) as con:
            guard(con, settings)
            return [row[0] for row in con.execute("SELECT DISTINCT city FROM ops.ledger ORDER BY 1").fetchall()]
    except duckdb.CatalogException:
        return []
    except duckdb.Error as cause:
        raise cannot_open(settings, cause) from cause


def guard_city(settings: Settings, city: City) -> None:
    """One city a home: raises SetupError where the home holds another city's records."""
    others = [other for other in cities_of(settings) if other != city.facts.id]
    if others:
        raise SetupError(
            f"这个数据目录属于城市“{'、'.join(others)}”，不能装入“{city.facts.id}”",
            f"this data home belongs to the city '{', '.join(others)}'; '{city.facts.id}' must not be loaded into it",
            file=settings.home.absolute(), key="city", value=city.facts.id,
            remedy_zh="用 CHENGGUAN_HOME 给这座城市另一个数据目录",
            remedy_en="give this city a data home of its own with CHENGGUAN_HOME",
        )  # fmt: skip


@contextmanager
def night_lock(settings: Settings, patience: float = 0) -> Iterator[None]:
    """Held by every night from start to end, by whom and from where it was started, so that what an earlier one left behind is known to be dead.

    It is the operating system's and dies with its process; who holds it stands in a file beside it, which nobody reads once the lock is free.
    Raises BusyError where somebody holds it for longer than `patience` seconds.
    """
    path = lock_path(settings)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path, timeout=patience)
        lock.acquire()
    except Timeout as cause:
        raise BusyError(
            f"另一个夜间作业正在运行：{_holder(settings)}", f"another night is running: {_holder(settings)}", file=path,
            remedy_zh="等它结束；`chengguan status` 显示进展", remedy_en="wait for it to end; `chengguan status` shows how far it is",
        ) from cause  # fmt: skip
    except OSError as cause:
        raise fault_of(cause, PROJECT_ROOT) or cause from cause
    try:
        _note_holder(settings)
        yield
    finally:
        lock.release()


def night_is_running(settings: Settings) -> bool:
    """Whether somebody holds the night's lock. Looks without taking part: the holder's name stays."""
    if not lock_path(settings).exists():
        return False
    try:
        with FileLock(lock_path(settings), timeout=0):
            return False
    except Timeout:
        return True


def lock_path(settings: Settings) -> Path:
    return settings.dagster_home / "night.lock"


def _note_holder(settings: Settings) -> None:
    since = dt.datetime.now(dt.UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    # A full disk must not stand in the way of a lock: then nobody is named.
    with suppress(OSError):
        _holder_path(settings).write_text(f"pid {os.getpid()} @ {socket.gethostname()}, {since}", encoding="utf-8")


def _holder(settings: Settings) -> str:
    try:
        return _holder_path(settings).read_text(encoding="utf-8") or "?"
    except OSError:
        return "?"


def _holder_path(settings: Settings) -> Path:
    return lock_path(settings).with_suffix(".holder")
