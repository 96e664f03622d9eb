"""The headline marts equal a recomputation from the landing copies that shares no code with the warehouse (`recompute`).

Three small worlds, each made harder than the simulator's (`recompute.harder`), with cases that close within a second of their deadlines
(`recompute.close_calls`). The first lives through two nights, so that its second one is incremental.
"""

import datetime as dt
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import pytest
from pydantic import SecretStr

from pipelines.bi import superset
from pipelines.city import load_city
from pipelines.landing.ingest import ingest_feed
from pipelines.landing.store import write_connection
from pipelines.metrics.dictionary import FILE_NAME, Dictionary, Metric, load_semantics
from pipelines.metrics.query import Questions
from pipelines.metrics.relations import behind, source_of
from pipelines.settings import PROJECT_ROOT, Settings
from pipelines.simulator import simulate
from pipelines.steward.decisions import dismiss
from pipelines.steward.rows import Wanted, find_rows
from tests.pipeline.bundles import metrics_of, opened, part
from tests.pipeline.nights import KEY, run_night
from tests.pipeline.recompute import City, Landing, case_closure, demolition, squad_workload
from tests.pipeline.recompute.closure import case_deadline, steps_by_case
from tests.pipeline.recompute.deadlines import suspensions_of
from tests.pipeline.recompute.harder import make_harder
from tests.pipeline.recompute.health import days_behind
from tests.pipeline.recompute.metrics import Sums, recomputed_metrics
from tests.pipeline.recompute.powers import exercised_items
from tests.pipeline.recompute.records import Batch

pytestmark = pytest.mark.slow
FIRST, SECOND = dt.date(2017, 9, 20), dt.date(2017, 9, 25)
WORLDS = {11: (FIRST, SECOND), 12: (SECOND,), 13: (SECOND,)}
MARTS: dict[str, Callable[[Landing, City, dt.date], list[tuple[Any, ...]]]] = {
    "case_closure": case_closure,
    "demolition": demolition,
    "squad_workload": squad_workload,
}
CITY = City(PROJECT_ROOT / "cities" / "changji")


@dataclass(frozen=True)
class World:
    """A home after its nights. `releases` are the releases that they published, `set_aside` the rows that a steward dismissed."""

    home: Path
    releases: dict[dt.date, Path]
    set_aside: list[tuple[str, int]]

    def served(self, day: dt.date, mart: str) -> list[tuple[Any, ...]]:
        return self.ask(day, f"select * from marts.{mart} order by all")

    @cached_property
    def landing(self) -> Landing:
        """All that was landed in all nights."""
        batches = self.ask(
            max(self.releases),
            "select batch_id, batch_seq, feed, source_kind, loaded_for_on, cast(loaded_at_utc as date), rows_loaded "
            "from meta.batches order by batch_seq",
        )
        return Landing(self.home / "landing", CITY, [Batch(*batch) for batch in batches], self.set_aside)

    def ask(self, day: dt.date, question: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.releases[day] / "serving.duckdb"), read_only=True) as release:
            return release.execute(question).fetchall()


@pytest.fixture(scope="module", params=[pytest.param(seed, id=f"seed {seed}") for seed in WORLDS])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> World:
    # All worlds live in the same place, one after another: there dbt finds its parse of the project again, which takes as long as the models.
    home = tmp_path_factory.getbasetemp() / "home"
    shutil.rmtree(home, ignore_errors=True)
    for parsed in tmp_path_factory.getbasetemp().glob("seed_*/home/build/dbt"):
        shutil.copytree(parsed, home / "build/dbt", dirs_exist_ok=True)
    published: dict[dt.date, str] = {}
    set_aside: list[tuple[str, int]] = []
    for night, day in enumerate(WORLDS[request.param]):
        simulate(home / "inbox", seed=request.param, cases=400, as_of=day)
        make_harder(home / "inbox", afterwards=night > 0)
        if not night:
            set_aside = _set_some_aside(home, day)
        done = run_night(home, day)
        assert done.code == 0, done.said
        published[day] = done.report["release"]["release"]
    kept = home.rename(tmp_path_factory.mktemp(f"seed_{request.param}") / "home")
    return World(kept, {day: kept / "releases" / release for day, release in published.items()}, set_aside)


def _set_some_aside(home: Path, day: dt.date) -> list[tuple[str, int]]:
    """A feed is loaded before its night, and a steward sets every other refused row of it aside."""
    settings = Settings(home=home, hash_key=SecretStr(KEY))
    ingest_feed(settings, load_city(settings), "hotline_tickets", day)
    with write_connection(settings) as connection:
        rows = find_rows(connection, Wanted(feed="hotline_tickets"))[::2]
        dismiss(connection, rows, by="steward", why="test", day=day)
    return [(row.batch_id, row.row) for row in rows]


@pytest.mark.parametrize("mart", MARTS)
def test_a_mart_equals_its_recomputation_row_for_row(world: World, mart: str) -> None:
    for day in world.releases:
        served, computed = world.served(day, mart), MARTS[mart](world.landing, CITY, day)
        assert len(served) > 40
        only_served, only_computed = Counter(served) - Counter(computed), Counter(computed) - Counter(served)
        assert (sorted(only_served), sorted(only_computed)) == ([], [])


def test_how_far_each_feed_was_behind_equals_its_recomputation(world: World) -> None:
    for day in world.releases:
        served = world.ask(day, "select date, feed, newest_record_on, days_behind from marts.feed_health order by all")
        assert served == days_behind(world.landing, CITY, day)
        assert len({line[3] for line in served}) > 10


def _by_group(rows: list[tuple[Any, ...]]) -> dict[tuple[dt.date, str], Any]:
    """{(month, squad or ''): value} without the groups in which nothing counts."""
    return {(row[0], row[1] if len(row) > 2 else ""): row[-1] for row in rows if row[-1]}


def _in_its_mart(
    release: duckdb.DuckDBPyConnection, metric: Metric, groups: list[str]
) -> dict[tuple[dt.date, str], Any]:
    about = metric.about
    groups = [about["mart_time"], *groups[1:]]
    where = f"where {about['mart_where']}" if "mart_where" in about else ""
    asked = f"select {', '.join(groups)}, {about['mart_expr']} from {about['mart']} {where} group by all"
    return _by_group(release.execute(asked).fetchall())


def _has_squads(release: duckdb.DuckDBPyConnection, mart: str) -> bool:
    return "squad_id" in [name for name, *_ in release.execute(f"describe {mart}").fetchall()]


def test_a_metric_is_the_same_by_metricflow_in_its_mart_and_recomputed(world: World) -> None:
    for day, path in world.releases.items():
        dictionary, questions = Dictionary.of_file(path / FILE_NAME), Questions(load_semantics(path / FILE_NAME))
        recomputed: Sums = recomputed_metrics(world.landing, CITY, day)
        sums = {name: metric for name, metric in dictionary.metrics.items() if metric.denominator is None}
        assert sorted(recomputed) == sorted(sums), "every sum has its recomputation"
        with duckdb.connect(str(path / "serving.duckdb"), read_only=True) as release:
            for name, metric in sums.items():
                groups = ["month", *(["squad_id"] if "squad_id" in metric.dimensions else [])]
                answered = _by_group(questions.ask(release, metric, groups))
                assert answered == {group: value for group, value in recomputed[name].items() if value}, name
                if "mart" in metric.about:
                    if not _has_squads(release, metric.about["mart"]):
                        groups = groups[:1]
                        answered = _by_group(questions.ask(release, metric, groups))
                    assert _in_its_mart(release, metric, groups) == answered, name
            whole: dict[str, Any] = {name: sum(recomputed[name].values()) for name in sums}
            for name, metric in dictionary.metrics.items():
                if metric.denominator is not None:
                    [(value,)] = questions.ask(release, metric)
                    over, under = (whole[part.name] for part in metric.parts)
                    assert value == (pytest.approx(float(over) / float(under)) if under else None), name
                    whole[name] = value
        _is_told_alike_in_superset(path, whole)


def _is_told_alike_in_superset(release: Path, whole: dict[str, Any]) -> None:
    """Each metric over all records, by the SQL of each dataset that has it."""
    told: set[str] = set()
    for dataset in part(opened((release / superset.FILE).read_bytes()), "datasets").values():
        for name, value in (metrics_of(dataset, release) if dataset["metrics"] else {}).items():
            expected = whole[name]
            told.add(name)
            assert (float(value) if value else None) == (pytest.approx(float(expected)) if expected else None), name
    assert told == set(whole), "no metric is left out"


def test_sums_agree_however_they_are_grouped(world: World) -> None:
    """One metric of each fact in each of its groupings: none loses a record or counts one twice."""
    path = world.releases[max(world.releases)]
    dictionary, questions = Dictionary.of_file(path / FILE_NAME), Questions(load_semantics(path / FILE_NAME))
    seen: set[str] = set()
    with duckdb.connect(str(path / "serving.duckdb"), read_only=True) as release:
        for metric in dictionary.metrics.values():
            fact = metric.numerator.relation
            if metric.denominator is not None or fact in seen:
                continue
            [(total,)] = questions.ask(release, metric)
            if total:
                seen.add(fact)
                for group in (*metric.dimensions, "month", "year"):
                    rows = questions.ask(release, metric, [group])
                    assert sum(row[-1] or 0 for row in rows) == total, (metric.name, group)
    assert len(seen) > 20


#: Figures that count the rows of their relation one by one.
COUNTED = (
    "quality_issues.rows", "quality_issues.open", "quality_issues.dismissed", "equipment.lots", "investment_by_month.payments",
    "squad_workload.platform_tasks", "squad_workload.penalty_cases", "squad_workload.hotline_tickets", "power_reviews.entries",
    "power_items.findings", "power_items.times_exercised", "power_domains.penalty_items", "case_closure.closed_without_deadline",
)  # fmt: skip


def test_the_records_behind_a_figure_are_as_many_as_it_says(world: World) -> None:
    path = world.releases[max(world.releases)]
    with duckdb.connect(str(path / "serving.duckdb"), read_only=True) as release:
        for figure in COUNTED:
            source, column = source_of(release, figure), figure.rpartition(".")[2]
            assert source is not None, figure
            [(counted,)] = release.execute(f'select sum("{column}") from {source.mart}').fetchall()
            records = behind(release, source, limit=1).records
            assert records is not None and records.total == counted > 0, figure
        busiest = "select squad_id, month, platform_tasks from marts.squad_workload order by 3 desc limit 1"
        [(squad, month, tasks)] = release.execute(busiest).fetchall()
        source = source_of(release, "squad_workload.platform_tasks")
        assert source is not None
        records = behind(release, source, [f"squad_id={squad}", f"month={month:%Y-%m}"], limit=1).records
        assert records is not None and records.total == tasks > 0


def test_each_power_was_exercised_as_often_as_recomputed(world: World) -> None:
    for day, path in world.releases.items():
        with duckdb.connect(str(path / "serving.duckdb"), read_only=True) as release:
            served = dict(
                release.execute(
                    "select item_id, times_exercised from marts.power_items where times_exercised > 0"
                ).fetchall()
            )
        assert served == Counter(item for _, item in exercised_items(world.landing, CITY, day) if item is not None)


def test_every_batch_has_as_many_acceptable_rows_as_were_loaded(world: World) -> None:
    landing = world.landing
    assert {batch.id: len(landing.accepted[batch.id]) for batch in landing.batches} == {
        batch.id: batch.rows_loaded for batch in landing.batches
    }


def test_the_worlds_are_hard_enough_to_tell_a_right_clock_from_a_wrong_one(world: World) -> None:
    landing, day = world.landing, max(world.releases)
    steps = steps_by_case(landing, day)
    cases = [case for case in landing.held_on("platform_cases", day) if case["dispatched_at"]]
    units = Counter(case["limit_unit"] for case in cases)
    assert len(units) == 5, "all four kinds, and cases without a limit of their own"
    assert min(units.values()) > 5
    suspensions = [suspensions_of(steps.get(case["case_id"], [])) for case in cases]
    assert sum(len(of_case) > 1 for of_case in suspensions) > 5
    assert sum(not CITY.is_workday(case["dispatched_at"].date()) for case in cases) > 20
    terms = [case_deadline(CITY, case, steps.get(case["case_id"], [])) for case in cases]
    still = sum(term.stands_still for term in terms)
    assert still > 5 or len(world.releases) > 1, "cases that stay suspended; a second night resumes them"
    counts = [sum(column) for column in zip(*(row[5:12] for row in case_closure(landing, CITY, day)), strict=True)]
    _, cancelled, _, closed, on_time, without_deadline, overdue = counts
    assert min(cancelled, without_deadline, overdue) > 5
    assert min(on_time, closed - without_deadline - on_time) > 50


def test_refused_rows_of_every_fate_are_counted(world: World) -> None:
    day = max(world.releases)
    [fates] = world.ask(day, "select sum(open), sum(replaced), sum(dismissed) from marts.feed_health")
    assert min(fates) > 0
    by_reason = "select sum(open), sum(replaced), sum(dismissed) from marts.quality_issues"
    assert all(more >= rows for more, rows in zip(world.ask(day, by_reason)[0], fates, strict=True))


def test_the_second_night_changes_what_was_counted_in_the_first(world: World) -> None:
    if len(world.releases) == 1:
        pytest.skip("this world has one night")
    for mart in MARTS:
        before, after = (Counter(world.served(day, mart)) for day in (FIRST, SECOND))
        assert before - after, f"rows of {mart} that were corrected"
