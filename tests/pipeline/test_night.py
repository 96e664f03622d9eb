"""Whole nights of a small city: what a second night changes, what an old one shows again, what a bad one leaves alone."""

import datetime as dt
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from pipelines.bi import dashboard as dashboards
from pipelines.bi import superset
from pipelines.city import load_city
from pipelines.feeds import FEEDS
from pipelines.publish.site import pages, source
from pipelines.readers.base import normalise_header
from pipelines.settings import PROJECT_ROOT, Settings
from pipelines.simulator import simulate
from tests.dbt.test_project_rules import CHINESE
from tests.pipeline.bundles import opened, part
from tests.pipeline.nights import Night, command, run_night, served, texts

pytestmark = pytest.mark.slow  # `make test` has the night of test_demo_city
BEFORE, AS_OF = dt.date(2017, 9, 20), dt.date(2017, 9, 25)

#: The simulator's telephone numbers, ID numbers and plates can be told by their shape; the decimals of a measured time are none.
NUMBERS = re.compile(r"(?<![\d.])1790000\d{4}(?!\d)|(?<![\d.])999999\d{11}[\dX](?!\d)|新Z00\d{3}")


class Story:
    """A home through four nights: an early one, a later one, the later one again, the early one again."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.nights: list[Night] = []
        self.marts: list[dict[str, list[tuple[object, ...]]]] = []
        for world, day in ((BEFORE, BEFORE), (AS_OF, AS_OF), (AS_OF, AS_OF), (AS_OF, BEFORE)):
            simulate(home / "inbox", seed=7, cases=250, as_of=world)
            night = run_night(home, day)
            assert night.code == 0, night.said
            self.nights.append(night)
            self.marts.append(served(home / "releases" / night.report["release"]["release"]))


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    return Story(tmp_path_factory.mktemp("story"))


@pytest.fixture
def home(story: Story, tmp_path: Path) -> Iterator[Path]:
    """A copy of the story's home, to be spoilt."""
    copy = tmp_path / "home"
    shutil.copytree(story.home, copy, symlinks=True)
    yield copy
    shutil.rmtree(copy)


def test_every_night_conserves_its_rows(story: Story) -> None:
    for night in story.nights:
        assert not night.report["checks_failed"]
        for feed in night.report["feeds"].values():
            assert feed["rows_read"] == feed["rows_loaded"] + feed["rows_quarantined"]


def test_a_later_night_brings_what_is_new(story: Story) -> None:
    assert story.nights[1].report["feeds"]["platform_cases"]["rows_loaded"] > 0
    assert story.marts[1]["marts.case_closure"] != story.marts[0]["marts.case_closure"]


def test_a_second_night_with_nothing_new_loads_no_batch_and_publishes_nothing(story: Story) -> None:
    again = story.nights[2].report
    assert [feed["batches"] for feed in again["feeds"].values()] == [0] * len(FEEDS)
    assert again["release"]["outcome"] == "unchanged"
    assert again["release"]["release"] == story.nights[1].report["release"]["release"]


def test_a_second_night_with_nothing_new_shows_the_models_tests_as_kept(story: Story) -> None:
    first, again = story.nights[1].report, story.nights[2].report
    assert again["checks_kept"] > 200
    assert again["checks_kept"] > first["checks_kept"]
    # What looks at the batches of a night passes when there are none, so a warning of the first night may be a pass of the second.
    judged = [n["checks_passed"] + n["checks_kept"] + len(n["checks_warned"]) for n in (first, again)]
    assert judged[0] == judged[1]
    assert again["models"] == first["models"]


def test_an_old_night_run_again_gives_the_marts_it_gave_then(story: Story) -> None:
    then, again = dict(story.marts[0]), dict(story.marts[3])
    assert set(then.pop("core.agg_forecast_frozen")) < set(again.pop("core.agg_forecast_frozen"))
    assert again == then
    assert story.nights[3].report["release"]["is_current"] is False


def test_readers_keep_the_later_release_after_an_old_night(story: Story) -> None:
    assert (story.home / "current").readlink().name == story.nights[1].report["release"]["release"]


def test_facts_built_night_by_night_equal_facts_built_from_scratch(story: Story, home: Path) -> None:
    # Where it is not known what was built, everything is; the story's second night built what was new.
    with duckdb.connect(str(home / "build" / "warehouse.duckdb")) as connection:
        connection.execute("delete from ops.build_state")
    night = run_night(home, AS_OF)
    assert night.report["release"]["outcome"] == "unchanged", night.said
    assert served(home / "current") == story.marts[1]


def persons(story: Story, kinds: set[str]) -> list[str]:
    """Originals of the kinds, out of the vault: at most a hundred of each column."""
    city = load_city(Settings(cities=PROJECT_ROOT / "cities"))
    found: set[str] = set()
    for feed, profile in city.feeds.items():
        headers = {
            normalise_header(name)
            for field, column in profile.columns.items()
            if FEEDS[feed].fields[field].personal in kinds
            for name in column.from_
        }
        for path in sorted((story.home / "vault" / feed).glob("*.parquet")):
            vaulted = pl.read_parquet(path)
            for header in headers & set(vaulted.columns):
                found |= {value.strip() for value in vaulted[header].drop_nulls().unique().sort().head(100)}
    return sorted(found - {""})


def test_nobody_is_in_a_release(story: Story) -> None:
    known = persons(story, {"name", "phone", "id_number", "address"})
    assert len(known) > 300
    for database in sorted(story.home.glob("releases/*/serving.duckdb")):
        for table, text in texts(database).items():
            assert not NUMBERS.search(text), table
            assert not [value for value in known if value in text], table


def test_nobodys_name_or_number_is_in_the_warehouse_the_landing_copies_or_the_logs(story: Story) -> None:
    names = persons(story, {"name"})
    assert len(names) > 100
    held = {str(table): text for table, text in texts(story.home / "build/warehouse.duckdb").items()}
    held |= {str(path): pl.read_parquet(path).write_csv() for path in (story.home / "landing").rglob("*.parquet")}
    for folder in ("dagster", "build/dbt"):
        for path in (story.home / folder).rglob("*"):
            if path.is_file():
                held[str(path)] = path.read_bytes().decode("utf-8", errors="ignore")
    for place, text in held.items():
        assert not NUMBERS.search(text), place
        assert not [name for name in names if name in text], place


def test_the_vault_is_for_its_owner_only(story: Story) -> None:
    assert (story.home / "vault").stat().st_mode & 0o777 == 0o700


def test_bad_files_are_named_and_leave_the_other_feeds_and_the_release_alone(home: Path) -> None:
    (home / "inbox/hotline/2099-01.xlsx").write_bytes(b"PK\x03\x04 torn")
    (home / "inbox/hotline/2099-02.csv").write_text("工单编号,内容\n1,x\n", encoding="gb18030")
    (home / "inbox/hotline/2099-03.xlsx").write_bytes(b"")
    good = "工单编号,热线,受理时间\nX-1,12319,2017-09-20 10:00:00\n"
    (home / "inbox/hotline/2099-04.csv").write_text(good, encoding="gb18030")
    simulate(home / "inbox", seed=7, cases=250, as_of=AS_OF + dt.timedelta(days=2))
    was = (home / "current").readlink()
    night = run_night(home, AS_OF + dt.timedelta(days=2))
    assert night.code == 3
    assert (home / "current").readlink() == was
    (step,) = [step for step in night.report["steps"].values() if step["status"] == "failed"]
    for name, said in (("2099-01.xlsx", "cannot be read"), ("2099-02.csv", "accepted_at"), ("2099-03.xlsx", "empty")):
        assert name in step["message"] and said in step["message"]
    assert "处理 remedy" in step["message"]
    assert night.report["feeds"]["platform_cases"]["rows_loaded"] > 0
    assert night.report["feeds"]["hotline_tickets"]["rows_loaded"] >= 1


@pytest.fixture
def cities(tmp_path: Path) -> Path:
    """A copy of the project's profiles, to be spoilt."""
    return Path(shutil.copytree(PROJECT_ROOT / "cities", tmp_path / "cities"))


def test_a_broken_profile_of_a_feed_fails_that_feed_alone(home: Path, cities: Path) -> None:
    profile = cities / "changji/feeds/demolitions.toml"
    profile.write_text(profile.read_text().replace("[columns.demolished_on]", "[columns.demolished]"))
    day = AS_OF + dt.timedelta(days=2)
    simulate(home / "inbox", seed=7, cases=250, as_of=day)
    was = (home / "current").readlink()
    night = run_night(home, day, CHENGGUAN_CITIES=str(cities))
    assert night.code == 4
    (step,) = [step for step in night.report["steps"].values() if step["status"] == "failed"]
    assert "demolitions.toml" in step["message"] and "no field demolished in demolitions" in step["message"]
    assert night.report["feeds"]["platform_cases"]["rows_loaded"] > 0
    assert (home / "current").readlink() == was


def test_a_broken_city_stops_the_night_before_it_begins(home: Path, cities: Path) -> None:
    profile = cities / "changji/city.toml"
    profile.write_text(profile.read_text().replace("first_day", "first_dya"))
    done = command(home, "nightly", CHENGGUAN_CITIES=str(cities))
    assert done.returncode == 4
    assert "city.toml" in done.stdout + done.stderr and "first_dya" in done.stdout + done.stderr


def test_another_citys_night_is_refused_in_this_home(home: Path) -> None:
    done = command(home, "nightly", "--city", "message_board", CHENGGUAN_CITIES=str(PROJECT_ROOT / "tests/real/cities"))
    assert done.returncode == 5
    assert "changji" in done.stdout + done.stderr


def test_all_that_the_pages_ask_for_is_in_a_release(story: Story) -> None:
    """A page takes what is not there for empty, as a release of an older version may lack it; one of today's must lack nothing."""

    class Release(source.Release):
        def rows(self, sql: str, *values: Any) -> list[source.Row]:
            asked = self.connection.execute(sql, values)
            names = [column[0] for column in asked.description or []]
            return [dict(zip(names, row, strict=True)) for row in asked.fetchall()]

    folder = story.home / "releases" / story.nights[-2].report["release"]["release"]
    about = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    with source.opened(folder, about) as lenient:
        release = Release(lenient.connection, about)
        made = [make(release) for make in pages.makers()]
        counts = {f"{page.slug}.{one.name}": len(release.rows(one.sql)) for page in made for one in page.datasets}
        named = {measure.metric for page in made for one in page.datasets for measure in one.measures if measure.metric}
        assert named <= set(release.metrics)
    assert {"map", "squads", "evaluation", "quality"} <= {page.slug for page in made}
    assert {"map.streets", "map.grids", "squads.work", "evaluation.scores", "quality.rows"} <= {
        name for name, count in counts.items() if count
    }


def test_the_release_carries_a_bundle_that_is_the_same_whenever_it_is_made(story: Story) -> None:
    release, served_file = story.home / "current", story.home / "current" / "serving.duckdb"
    content = (release / superset.FILE).read_bytes()
    assert content == superset.bundle(release, served_file)
    assert content != superset.bundle(release, "/elsewhere/current/serving.duckdb")
    [database] = part(opened(content), "databases").values()
    assert database["sqlalchemy_uri"] == (
        f"duckdb:///{served_file}?access_mode=read_only&enable_external_access=false&lock_configuration=true"
    )


def test_a_thing_of_the_bundle_keeps_its_identity_from_release_to_release(story: Story) -> None:
    early, *_, late = (opened((path / superset.FILE).read_bytes()) for path in sorted(story.home.glob("releases/20*")))
    for folder in ("databases", "datasets", "charts", "dashboards"):
        assert part(early, folder).keys() == part(late, folder).keys()
    everything = [content["uuid"] for content in late.values() if "uuid" in content]
    assert len(everything) == len(set(everything)) == len(late) - 1  # but for metadata.yaml


def test_charts_ask_for_what_their_datasets_have_and_stand_on_the_dashboard(story: Story) -> None:
    files = opened(((story.home / "current") / superset.FILE).read_bytes())
    datasets, charts = part(files, "datasets"), part(files, "charts")
    [dashboard] = part(files, "dashboards").values()
    assert len(charts) == len(dashboards.charts())
    for chart in charts.values():
        dataset = datasets[chart["dataset_uuid"]]
        columns = {column["column_name"] for column in dataset["columns"]}
        metrics = {metric["metric_name"] for metric in dataset["metrics"]}
        [query] = json.loads(chart["query_context"])["queries"]
        assert metrics.issuperset(query.get("metrics", []))
        assert columns.issuperset(
            column if isinstance(column, str) else column["sqlExpression"] for column in query["columns"]
        )
        assert columns.issuperset(filtered["col"] for filtered in query["filters"])
    placed = {
        child["meta"]["uuid"]: child["meta"]["sliceName"]
        for child in dashboard["position"].values()
        if isinstance(child, dict) and child["type"] == "CHART"
    }
    assert placed == {uuid: chart["slice_name"] for uuid, chart in charts.items()}
    for told in dashboard["metadata"]["native_filter_configuration"][1:]:
        [target] = told["targets"]
        assert target["column"]["name"] in {
            column["column_name"] for column in datasets[target["datasetUuid"]]["columns"]
        }


def test_every_dataset_and_column_is_told_in_both_languages_and_exists(story: Story) -> None:
    datasets = part(opened(((story.home / "current") / superset.FILE).read_bytes()), "datasets").values()
    assert len(datasets) > 60
    with duckdb.connect(str((story.home / "current") / "serving.duckdb"), read_only=True) as con:
        for dataset in datasets:
            told = {column["column_name"]: column for column in dataset["columns"]}
            asked = dataset["sql"] or f"select * from {dataset['schema']}.{dataset['table_name']}"
            there = [name for name, *_ in con.execute(f"describe {asked}").fetchall()]
            assert [name for name in there if not name.startswith("_")] == list(told)
            for said in (dataset, *told.values()):
                assert CHINESE.search(said["description"]) and re.search("[a-z]{2}", said["description"]), (
                    dataset["table_name"],
                    said,
                )
            labels = [column["verbose_name"] for column in told.values()]
            assert len(labels) == len(set(labels)), labels
            [(counted, rows)] = con.execute(
                f"select (select count(*) from ({asked})), (select count(*) from {dataset['schema']}.{dataset['table_name']})"
            ).fetchall()
            assert counted == rows, "names beside codes double no row"
