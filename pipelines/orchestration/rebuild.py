"""The warehouse made anew from landing: a fresh build file beside the old one, put in its place when it is whole.

Belongs here: the order of the whole, the locks, and dbt. How batches are loaded anew stands in `pipelines.upkeep.rebuild`. Until the last
step the old file is not touched; killed at any point, the same command begins again.
"""

import datetime as dt
import os
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines import kept, transform
from pipelines.city import City
from pipelines.errors import SetupError
from pipelines.landing.batches import to_disk
from pipelines.landing.books import FILES, keep_history
from pipelines.landing.members import add_members
from pipelines.landing.reference import load_reference
from pipelines.landing.store import read_connection, write_connection, write_lane
from pipelines.landing.swap import damaged_file, swap_in
from pipelines.orchestration.home import night_lock
from pipelines.orchestration.resources import dbt_executable
from pipelines.publish.contents import dbt_target
from pipelines.settings import DBT_PROJECT_DIR, Settings
from pipelines.upkeep.beside import Beside, beside
from pipelines.upkeep.rebuild import Rebuilt, rebuild_batches
from pipelines.upkeep.told import Told, attach_told

_LAST_LINES = 15


@dataclass
class Outcome:
    """What a rebuild made. `models_failed` is dbt's word where it failed: the next night then builds the models and says which."""

    batches: Rebuilt
    day: dt.date
    seconds: float = 0.0
    has_models: bool = False
    models_failed: str = ""
    damaged: Path | None = None


def rebuild(
    settings: Settings,
    city: City,
    tell: Callable[[str, str], None],
    *,
    release: str | None = None,
    accept_loss: bool = False,
    with_models: bool = True,
) -> Outcome:
    """Makes the build file anew. `tell` is called with each step, in Chinese and English; `release` names one to take the ledger from.

    Raises SetupError where there is nothing to rebuild by, where batches would be lost, or where the home is another city's; BusyError where
    a night or another command writes.
    """
    started = time.perf_counter()
    with night_lock(settings), write_lane(settings, timeout=60):
        fresh = beside(settings)
        duckdb.connect(str(fresh.build_db)).close()
        tell("参考表", "reference tables")
        load_reference(fresh, city)
        tell("落地副本重新入库", "landing copies once more through the door")
        with write_connection(fresh, city.facts.time_zone) as connection:
            told = attach_told(settings, connection, _folder(settings, release))
            _guard(connection, told, city, settings)
            day = _day(connection, told)
            done = Outcome(rebuild_batches(fresh, city, connection, told, accept_loss=accept_loss), day)
            for alias in told.aliases:
                connection.execute(f"detach {alias}")
            keep_history(fresh, connection)
        if with_models and done.batches.loaded + done.batches.carried:
            tell(f"模型（截至 {day}）", f"models, as of {day}")
            done.models_failed = _build_models(fresh, city, day)
            done.has_models = not done.models_failed
        tell("换上新库", "the new file takes the old one's place")
        damaged = damaged_file(settings)
        known = damaged.stat().st_ino if damaged.exists() else None
        swap_in(settings, fresh.build_db)
        for of in FILES:
            if of(fresh).exists():
                settings.books.mkdir(parents=True, exist_ok=True)
                of(fresh).replace(of(settings))
        to_disk(settings.books)
        shutil.rmtree(fresh.build_dir)
        if damaged.exists() and damaged.stat().st_ino != known:
            done.damaged = damaged
    done.seconds = round(time.perf_counter() - started, 1)
    return done


def _folder(settings: Settings, release: str | None) -> Path | None:
    if release is None:
        return None
    folder = settings.releases / release
    if folder.parent != settings.releases or not (folder / "serving.duckdb").is_file():
        raise SetupError(
            "没有这个发布版", "there is no such release", key="--release", value=release,
            remedy_zh="`chengguan releases list` 列出全部发布版", remedy_en="`chengguan releases list` shows all of them",
        )  # fmt: skip
    return folder


def _guard(connection: duckdb.DuckDBPyConnection, told: Told, city: City, settings: Settings) -> None:
    held = connection.execute(f"select distinct city from {told.tables['ops.ledger']}").fetchall()
    if others := [name for (name,) in held if name != city.facts.id]:
        raise SetupError(
            f"这个数据目录属于城市“{'、'.join(others)}”", f"this data home belongs to the city '{', '.join(others)}'",
            file=settings.home.absolute(), key="CHENGGUAN_CITY", value=city.facts.id,
            remedy_zh="用 CHENGGUAN_CITY 指定该城市", remedy_en="name that city with CHENGGUAN_CITY",
        )  # fmt: skip


def _day(connection: duckdb.DuckDBPyConnection, told: Told) -> dt.date:
    """The day as of which the warehouse was built last, or that of its last batch."""
    asked = [f"select max(loaded_for_on) from {told.tables['ops.ledger']}"]
    if "ops.build_state" in told.tables:
        asked.insert(0, f"select max(built_for_on) from {told.tables['ops.build_state']}")
    if told.kind == "release":
        asked.insert(0, "select max(as_of) from told.meta.release")
    for query in asked:
        [(day,)] = connection.execute(query).fetchall()
        if day is not None:
            return dt.date.fromisoformat(str(day))
    return dt.datetime.now(dt.UTC).date()


def _build_models(fresh: Beside, city: City, day: dt.date) -> str:
    """Every model from scratch, as a night does it; what dbt said last where it failed."""
    add_members(fresh, city)
    with read_connection(fresh, city.facts.time_zone) as connection:
        sources = kept.states(connection, day)
    target = dbt_target(fresh)
    target.mkdir(parents=True, exist_ok=True)
    env = {
        **os.environ, **transform.dbt_environment(fresh, city, day),
        "DBT_TARGET_PATH": str(target), "DBT_LOG_PATH": str(target),
    }  # fmt: skip
    done = subprocess.run(
        [dbt_executable(), "--no-use-colors", "build", "--exclude-resource-type", "unit_test", "--full-refresh"],
        cwd=DBT_PROJECT_DIR, env=env, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        return "\n".join((done.stdout + done.stderr).strip().splitlines()[-_LAST_LINES:])
    transform.record_build(fresh, city, day, sources, kept.judged(target / "run_results.json", day))
    return ""
