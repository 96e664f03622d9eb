"""What a run of the dbt project needs to know: its environment, and whether facts must be built from scratch.

Belongs here: nothing of Dagster (`pipelines.orchestration.models` runs dbt as assets) and no SQL (that stands in the dbt project). The
state of the last complete build is kept in the build file itself, `ops.build_state`, so that it is never older or newer than the tables.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from importlib.metadata import version as installed
from pathlib import Path

import duckdb

from pipelines import kept
from pipelines.city import City
from pipelines.landing.books import keep_history
from pipelines.landing.store import HINDERS_FEW_AMONG_MANY, first_row, read_connection, write_connection
from pipelines.settings import DBT_PROJECT_DIR, Settings

STATE = """
create or replace table ops.build_state (
    built_for_on date not null, fingerprint varchar not null, built_at_utc timestamp not null, went_on_from timestamp
)"""

#: Python that models of the project call.
FORESIGHT = Path(__file__).parent / "foresight"

#: Python that makes the calendar, the office hours and the reporting periods, of which no file of the city tells.
CALENDAR = tuple(Path(__file__).parent / name for name in ("landing/calendar.py", "landing/reporting.py", "periods.py"))

#: Packages whose new version may give other facts from the same records; the calendar comes from `chinesecalendar` and `holidays`, forecasts from the last two.
_VERSIONS = ("dbt-core", "dbt-duckdb", "duckdb", "chinesecalendar", "holidays", "numpy", "scipy")


def dbt_environment(settings: Settings, city: City, as_of: dt.date, *, in_part: bool = False) -> dict[str, str]:
    """The environment variables that dbt runs with, for the build file of this home and this date; `in_part` where models and tests look only at what came."""
    return {
        "CHENGGUAN_BUILD_DB": str(settings.build_db),
        "CHENGGUAN_AS_OF": as_of.isoformat(),
        "CHENGGUAN_MEMORY": settings.memory,
        "CHENGGUAN_LESS_MEMORY": settings.less_memory if in_part else "",
        "CHENGGUAN_DISABLED_OPTIMIZERS": HINDERS_FEW_AMONG_MANY if in_part else "",
        "CHENGGUAN_TIME_ZONE": city.facts.time_zone,
        "DBT_PROFILES_DIR": str(DBT_PROJECT_DIR),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        # What failed stands there all the same, and the file does not grow by every statement of every night.
        "DBT_LOG_LEVEL_FILE": "info",
    }


def needs_full_refresh(settings: Settings, city: City, as_of: dt.date) -> bool:
    """Whether the incremental facts must be built from scratch.

    So it is where nothing was built yet, where the date goes back (a fact may then hold records that were not there yet), and where
    models, reference tables, hours or definitions have changed (facts hold what was derived from them).
    """
    if not settings.build_db.exists():
        return True
    with read_connection(settings, city.facts.time_zone) as connection:
        try:
            last = first_row(connection, "select built_for_on, fingerprint from ops.build_state")
        except duckdb.CatalogException:
            return True
    return last is None or as_of < last[0] or fingerprint(city) != last[1]


def record_build(
    settings: Settings,
    city: City,
    as_of: dt.date,
    sources: Mapping[str, str] | None = None,
    checks: Iterable[kept.KeptCheck] = (),
    *,
    went_on_from: dt.datetime | None = None,
) -> None:
    """Notes a complete build, the state of the sources that it was made of, and what its tests found; of one that looked only at what came also when
    the build before it was noted. To be called when every model stands as of the day and nowhere else."""
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    with write_connection(settings, city.facts.time_zone) as connection:
        connection.begin()
        connection.execute(STATE)
        connection.execute(
            "insert into ops.build_state values (?, ?, ?, ?)", [as_of, fingerprint(city), now, went_on_from]
        )
        kept.record(connection, sources or {}, checks)
        connection.commit()
        keep_history(settings, connection)


def fingerprint(city: City) -> str:
    """SHA-256 over all that facts are derived from beside the records: the models, the city's tables and its own definitions."""
    digest = hashlib.sha256(" ".join(f"{name}={installed(name)}" for name in _VERSIONS).encode())
    for root, path in [*_of_the_project(DBT_PROJECT_DIR), *_of_the_city(city)]:
        digest.update(f"{path.relative_to(root).as_posix()}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def _of_the_project(root: Path) -> list[tuple[Path, Path]]:
    """Models, macros, settings and the arithmetic that models call; YAML counts too, since a column's type stands there."""
    inner = [path for part in ("models", "macros") for path in (root / part).rglob("*") if path.is_file()]
    called = [(FORESIGHT.parent, path) for path in (*sorted(FORESIGHT.rglob("*.py")), *CALENDAR)]
    return [*((root, path) for path in sorted([*inner, root / "dbt_project.yml"])), *called]


def _of_the_city(city: City) -> list[tuple[Path, Path]]:
    """The profile without its feeds (how records are read) and its report (what they are held against): facts follow from neither."""
    return [
        (city.folder, path) for path in city.files if path.relative_to(city.folder).parts[0] not in ("feeds", "report")
    ]
