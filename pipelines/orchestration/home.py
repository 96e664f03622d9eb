"""A data home's own rules, before anything runs in it: one city a home, one night at a time, Dagster's settings in place.

Must not import Dagster: commands that only look use it too.
"""

import filecmp
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
from filelock import FileLock, Timeout

from pipelines.city import City
from pipelines.errors import BusyError, SetupError
from pipelines.landing.books import refuse_to_begin_anew
from pipelines.landing.store import cannot_open
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
        raise SetupError(
            "数据目录不可写", f"the data home cannot be written: {cause}", file=settings.home.absolute(),
            remedy_zh="改正目录权限，或用 CHENGGUAN_HOME 指定另一目录",
            remedy_en="mend the folder's permissions, or name another with CHENGGUAN_HOME",
        ) from cause  # fmt: skip
    os.environ["DAGSTER_HOME"] = str(folder)
    return folder


def cities_of(settings: Settings) -> list[str]:
    """The cities that have batches in this home's ledger. Empty for a new home."""
    refuse_to_begin_anew(settings)
    if not settings.build_db.exists():
        return []
    try:
        with duckdb.connect(str(settings.build_db), read_only=True) as con:
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
def night_lock(settings: Settings) -> Iterator[None]:
    """Held by `chengguan nightly` from start to end, so that what an earlier one left behind is known to be dead."""
    path = lock_path(settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(path, timeout=0):
            yield
    except Timeout as cause:
        raise BusyError(
            "另一个 `chengguan nightly` 正在运行", "another `chengguan nightly` is running", file=path,
            remedy_zh="等它结束；`chengguan status` 显示进展",
            remedy_en="wait for it to end; `chengguan status` shows how far it is",
        ) from cause  # fmt: skip


def night_is_running(settings: Settings) -> bool:
    try:
        with night_lock(settings):
            return False
    except BusyError:
        return True


def lock_path(settings: Settings) -> Path:
    return settings.dagster_home / "night.lock"
