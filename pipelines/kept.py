"""What of the last complete build still holds: a night builds only what follows from feeds that brought something, and from a new day.

Belongs here: the state of what models are made of, which models follow from a change of it, and what the tests of the others had found.
Nothing of Dagster (`pipelines.orchestration.kept` tells it) and none of the facts' own upkeep (their models build touched keys).

The state stands in the build file, so that it is never older or newer than the tables. dbt itself takes `ops.build_sources` away whenever it
starts (`on-run-start` of the project): after a run by hand, of a part, or that failed, everything is built.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipelines.city import City
from pipelines.landing.store import read_connection
from pipelines.settings import DBT_PROJECT_DIR, Settings

TABLES = (
    "create or replace table ops.build_sources (source varchar not null, state varchar not null)",
    """create or replace table ops.build_checks (
        unique_id varchar not null, status varchar not null, failures bigint not null, relation varchar,
        judged_for_on date not null, judged_at_utc timestamp not null, judged_whole_on date)""",
)

#: What each source table of the models is made of, by the day. Nothing is ever loaded without a line in the ledger.
_STATES = """
with of_feeds as (
    select feed, concat_ws(':', count(*), max(batch_seq), sum(rows_loaded), sum(rows_superseded)) as state
    from ops.ledger where loaded_for_on <= $as_of group by feed
)
select 'raw.' || feed, state from of_feeds
union all
select 'ops.ledger', concat_ws(':', count(*), max(batch_seq), sum(rows_quarantined), sum(rows_dismissed)) from ops.ledger
union all
select 'ops.batch_verdicts', concat_ws(':', count(*), max(judged_at_utc)) from ops.batch_verdicts
union all
select 'ops.quarantine_rows', concat_ws(':', (select concat_ws(':', count(*), max(batch_seq)) from ops.ledger), count(*), max(action_seq))
from ops.quarantine_actions"""

#: Rules that are no model: where one has changed, it is judged anew.
TESTS = "tests"

#: How the `where` of a test begins that may look at changed rows only, and how it ends where the test looks again at what it had found.
_IN_PART, _OR_FOUND = "rows ", "_or_found"

_READS_DAY, _CHOOSES_VERSIONS = "macro.chengguan.as_of", "macro.chengguan.is_held_on"


@dataclass(frozen=True)
class KeptCheck:
    """What a test of dbt found when it was last judged: `pass` or `warn`, and how many rows, kept in `relation`."""

    unique_id: str
    status: str
    failures: int
    relation: str | None
    judged_for_on: dt.date
    judged_at_utc: dt.datetime
    judged_whole_on: dt.date | None = None
    """The day for which it last looked at every row: earlier, where it looks only at rows that can be others. Homes from before that have none."""


@dataclass(frozen=True)
class Kept:
    """What the last complete build was made of, and what its tests found."""

    built_for_on: dt.date
    states: Mapping[str, str]
    checks: Mapping[str, KeptCheck]
    built_at_utc: dt.datetime | None = None


def load(settings: Settings, city: City) -> Kept | None:
    """The last complete build; None where nothing can be kept of it."""
    try:
        with read_connection(settings, city.facts.time_zone) as connection:
            states = dict(connection.execute("select source, state from ops.build_sources").fetchall())
            built = connection.execute("select built_for_on, built_at_utc from ops.build_state").fetchall()
            checks = [KeptCheck(*row) for row in connection.execute("select * from ops.build_checks").fetchall()]
    except duckdb.CatalogException:
        return None
    if not built or not states:
        return None
    [(day, moment)] = built
    return Kept(day, states, {one.unique_id: one for one in checks}, moment)


def judged(results: Path, as_of: dt.date, in_part: Mapping[str, dt.date] | None = None) -> list[KeptCheck]:
    """What the tests found, by the file of results that dbt leaves of a run; none where there is no such file. `in_part` are the tests that looked
    at changed rows only, with the day for which they had looked at all."""
    if not results.exists():
        return []
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None, microsecond=0)
    return [
        KeptCheck(
            key,
            one["status"],
            int(one["failures"] or 0),
            one.get("relation_name"),
            as_of,
            now,
            (in_part or {}).get(key, as_of),
        )
        for one in json.loads(results.read_bytes())["results"]
        if (key := one["unique_id"]).startswith("test.")
    ]


def to_judge(manifest: Mapping[str, Any], kept: Kept, as_of: dt.date) -> tuple[dict[str, dt.date], dict[str, str]]:
    """The tests of large facts that may look at changed rows only, with the day for which each last looked at all, and how dbt's environment
    tells its tests which must not (`macros/judged_rows.sql`). To be used where dbt is told how far the last build had seen, and nowhere else.

    A test that has found something looks at every row until it finds nothing, unless it looks at what it had found as well: that must not be lost among
    rows that nobody looks at. Each looks at every row on the first night of a week, too, for what no night can have changed and yet is another.
    """
    large = [
        key for key, node in manifest["nodes"].items() if str(node["config"].get("where") or "").startswith(_IN_PART)
    ]
    in_part = {}
    for key in large:
        last = kept.checks.get(key)
        again = manifest["nodes"][key]["config"]["where"].endswith(_OR_FOUND)
        whole_on = last.judged_whole_on if last is not None and (last.status == "pass" or again) else None
        if whole_on is not None and whole_on.isocalendar()[:2] == as_of.isocalendar()[:2]:
            in_part[key] = whole_on
    return in_part, {"CHENGGUAN_JUDGE_WHOLE": " ".join(key for key in large if key not in in_part)}


def states(connection: duckdb.DuckDBPyConnection, as_of: dt.date) -> dict[str, str]:
    """{source table: its state as of the day}. A feed of which nothing has come by then has none."""
    found = dict(connection.execute(_STATES, {"as_of": as_of}).fetchall())
    tables = connection.execute("select table_name from duckdb_tables() where schema_name = 'reference'").fetchall()
    for (table,) in tables:  # replaced each night, small, and the same for as long as their rows are
        held = connection.execute(f'select count(*), bit_xor(hash(held)) from reference."{table}" as held').fetchall()
        found[f"reference.{table}"] = str(held[0])
    return {**found, TESTS: _rules()}


def to_build(manifest: Mapping[str, Any], kept: Kept, now: Mapping[str, str], as_of: dt.date) -> set[str] | None:
    """The names of the models that must be built for the day; None where all must."""
    before = kept.states
    changed = {source for source in {*before, *now} if before.get(source) != now.get(source)}
    if TESTS in changed:
        return None
    found = _following(manifest, (key for key, told in manifest["sources"].items() if _label(told) in changed))
    if as_of != kept.built_for_on:
        by_day = _reading_the_day(manifest)
        # A view over the versions of a day holds the day in its text. What it shows is another only where its feed's state is.
        choosing = {key for key in by_day if _CHOOSES_VERSIONS in manifest["nodes"][key]["depends_on"]["macros"]}
        found |= by_day | _following(manifest, by_day - choosing)
    return {manifest["nodes"][key]["name"] for key in found}


def seen(connection: duckdb.DuckDBPyConnection, kept: Kept, now: Mapping[str, str]) -> dict[str, str]:
    """How far the last complete build had seen, as dbt's environment tells its models (`macros/only_touched.sql`).

    What came for a later day than that build's was not looked at, and neither was anything that came after it: batches with a greater number
    than this, whatever night they are of. Nothing is told where a reference table is another: then a case counts otherwise of which
    nothing came.
    """
    if any(
        kept.states.get(source) != now.get(source) for source in {*kept.states, *now} if source.startswith("reference.")
    ):
        return {}
    _, *said = kept.states["ops.ledger"].split(":")  # nothing follows the count where there was no batch
    highest = int(said[0]) if said else 0
    later = "select min(batch_seq) - 1 from ops.ledger where loaded_for_on > $day"
    [(before_later,)] = connection.execute(later, {"day": kept.built_for_on}).fetchall()
    seq = highest if before_later is None else min(highest, before_later)
    return {"CHENGGUAN_SEEN_SEQ": str(seq), "CHENGGUAN_SEEN_ON": kept.built_for_on.isoformat()}


def record(connection: duckdb.DuckDBPyConnection, sources: Mapping[str, str], checks: Iterable[KeptCheck]) -> None:
    """Notes what a complete build was made of and what its tests found. In the caller's transaction."""
    for table in TABLES:
        connection.execute(table)
    if sources:
        connection.executemany("insert into ops.build_sources values (?, ?)", list(sources.items()))
    if rows := [tuple(vars(one).values()) for one in checks]:
        connection.executemany("insert into ops.build_checks values (?, ?, ?, ?, ?, ?, ?)", rows)


def _following(manifest: Mapping[str, Any], keys: Iterable[str]) -> set[str]:
    """The models that are made of these, at whatever remove."""
    found: set[str] = set()
    ahead = list(keys)
    while ahead:
        new = {child for child in manifest["child_map"].get(ahead.pop(), ()) if child.startswith("model.")} - found
        found |= new
        ahead += new
    return found


def _reading_the_day(manifest: Mapping[str, Any]) -> set[str]:
    """The models whose SQL holds the as-of day, themselves or through a macro."""
    macros = manifest["macros"]

    def reads(key: str) -> bool:
        return key == _READS_DAY or any(map(reads, macros.get(key, {}).get("depends_on", {}).get("macros", ())))

    models = ((key, node) for key, node in manifest["nodes"].items() if node["resource_type"] == "model")
    return {key for key, node in models if any(map(reads, node["depends_on"]["macros"]))}


def _label(source: Mapping[str, Any]) -> str:
    return f"{source['schema']}.{source['name']}"


def _rules() -> str:
    digest = hashlib.sha256()
    for path in sorted((DBT_PROJECT_DIR / "tests").rglob("*.sql")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
