"""A few nights of the demo city with random records, built one after the other and at once: what tests of building are about.

Belongs here: which nights there are, what comes when, and how they are built. What a record holds stands in `random_records`.
"""

import datetime as dt
import itertools
import random
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines import kept
from pipelines.city import City, load_city
from pipelines.feeds import FEEDS
from pipelines.landing.reference import load_reference
from pipelines.landing.store import write_connection
from pipelines.settings import PROJECT_ROOT, Settings
from tests.dbt.random_records import FIRST, appeal, building, case, demolition, penalty, step, ticket
from tests.dbt.running import run_dbt
from tests.dbt.weeks import touched_parts, weeks_of

#: August is frozen on the 10th, in the midst of these nights.
NIGHTS = [FIRST + dt.timedelta(days=n) for n in range(5)]
#: The number of the batch that came for each night.
NUMBERS = {NIGHTS[0]: 1, NIGHTS[1]: 3, NIGHTS[2]: 2, NIGHTS[4]: 4}
Row = dict[str, Any]
Built = dict[str, tuple[list[Row], list[Row], list[Row]]]
#: Of a night: what each week of each large fact held before and after it, and which weeks it noted to have touched.
Weeks = list[tuple[dict[str, dict[str, str]], dict[str, dict[str, str]], dict[str, set[str]]]]


def new_home(folder: Path, *, full: bool) -> tuple[Settings, City]:
    cities = PROJECT_ROOT / ("cities" if full else "tests/real/cities")
    settings = Settings(home=folder, city="changji" if full else "message_board", cities=cities)
    city = load_city(settings)
    load_reference(settings, city)
    return settings, city


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, City]:
    settings, city = new_home(tmp_path_factory.mktemp("nights"), full=True)
    _fill(settings)
    return settings, city


@pytest.fixture(scope="session")
def weeks() -> Weeks:
    return []  # `built` fills it


@pytest.fixture(scope="session")
def built(world: tuple[Settings, City], manifest: dict[str, Any], weeks: Weeks) -> Built:
    """{table: (built night by night, built at once, built on an old day and then on the last)}. The nights come in an order in which
    batches were not loaded; each brings some feeds only, the last but one none, and only what follows from them is built."""
    settings, city = world
    with write_connection(settings) as connection:
        came = {night: _states(connection, night) for night in NIGHTS}

    def after(before: dt.date, night: dt.date) -> tuple[dt.date, list[str]]:
        chosen = kept.to_build(manifest, kept.Kept(before, came[before], {}), came[night], night)
        assert chosen
        assert len(chosen) < sum(key.startswith("model.") for key in manifest["nodes"])
        return night, [*_seen(before), "run", "--quiet", "--select", *chosen]

    run_dbt(settings, city, (NIGHTS[0], ["run", "--quiet"]))
    for before, night in itertools.pairwise(NIGHTS):
        was = weeks_of(settings, manifest)
        run_dbt(settings, city, after(before, night))
        weeks.append((was, weeks_of(settings, manifest), touched_parts(settings)))
    by_night = _tables(settings)
    everything = ["run", "--quiet", "--full-refresh"]
    run_dbt(settings, city, (NIGHTS[-1], everything))
    at_once = _tables(settings)
    run_dbt(settings, city, (NIGHTS[1], everything), after(NIGHTS[1], NIGHTS[-1]))
    after_old = _tables(settings)
    assert by_night.keys() == at_once.keys() == after_old.keys()
    return {name: (by_night[name], at_once[name], after_old[name]) for name in at_once}


def _tables(settings: Settings) -> dict[str, list[Row]]:
    with duckdb.connect(str(settings.build_db), read_only=True) as connection:
        names = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() where schema_name in ('core', 'marts', 'intermediate')"
        ).fetchall()
        return {name: connection.sql(f"select * from {name} order by all").pl().to_dicts() for (name,) in names}


def _states(connection: duckdb.DuckDBPyConnection, night: dt.date) -> dict[str, str]:
    """The sources' states as a ledger would give them; these records were loaded without one."""
    states = kept.states(connection, night)
    for feed in FEEDS:
        counted = f"select count(*) from raw.{feed} where _loaded_for_on <= $night"
        states[f"raw.{feed}"] = str(connection.execute(counted, {"night": night}).fetchall())
    return states


def _seen(before: dt.date) -> list[str]:
    """What the nightly run tells dbt of the build before this one: all batches were there from the first night on."""
    with duckdb.connect() as ledger:
        ledger.execute("create schema ops; create table ops.ledger (loaded_for_on date, batch_seq bigint)")
        ledger.executemany("insert into ops.ledger values (?, ?)", list(NUMBERS.items()))
        told = kept.seen(ledger, kept.Kept(before, {"ops.ledger": "4:4:0:0"}, {}), {})
    return [f"{name}={value}" for name, value in told.items()]


def _fill(settings: Settings) -> None:
    """Random records, each in up to three versions, loaded in nights that do not follow the order of their batches."""
    rng = random.Random(5)
    kinds = {
        "platform_cases": (case, "case_id", 900), "platform_case_flow": (step, "step_id", 400), "evaluation_appeals": (appeal, "appeal_no", 60),
        "hotline_tickets": (ticket, "ticket_id", 60), "penalty_cases": (penalty, "case_no", 40),
        "illegal_buildings": (building, "building_case_no", 30), "demolitions": (demolition, "demolition_no", 40),
    }  # fmt: skip
    with write_connection(settings) as connection:
        for feed, (draw, key, count) in kinds.items():
            open_nights = [NIGHTS[0], rng.choice(NIGHTS[1:3]), NIGHTS[4]]
            for number in range(count):
                # Most come on the first night and never again: what a night need not look at.
                nights = sorted(rng.sample(open_nights, rng.randint(1, 3))) if rng.random() < 0.3 else open_nights[:1]
                for at, night in enumerate(nights):
                    seq = NUMBERS[night]
                    later = nights[at + 1] if at + 1 < len(nights) else None
                    by = NUMBERS[later] if later else None
                    row = draw(rng) | {
                        key: f"{number}", "_batch_id": f"b{seq}", "_batch_seq": seq, "_source_row": number,
                        "_loaded_for_on": night, "_superseded_for_on": later, "_superseded_by_seq": by,
                    }  # fmt: skip
                    names = ", ".join(row)
                    connection.execute(
                        f"insert into raw.{feed} ({names}) values ({', '.join(f'${name}' for name in row)})", row
                    )
